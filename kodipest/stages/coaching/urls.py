from django.urls import path

from kodipest.stages.coaching import views

urlpatterns = [
    path("pembinaan/", views.inbox, name="coaching"),
    path("pembinaan/<uuid:work_id>/", views.review, name="coaching_review"),
    path("pembinaan/<uuid:work_id>/serahkan/", views.hand_in, name="coaching_hand_in"),
    path("pembinaan/<uuid:work_id>/catatan/", views.write, name="coaching_advise"),
    path("pembinaan/<uuid:work_id>/kembalikan/", views.give_back, name="coaching_return"),
    path("pembinaan/<uuid:work_id>/sahkan/", views.sign, name="coaching_approve"),
]
