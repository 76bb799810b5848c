from django.urls import path

from kodipest.stages.curation import views

urlpatterns = [
    path("kurasi/", views.inbox, name="curation"),
    path("kurasi/putusan/", views.decided, name="curation_decided"),
    path("kurasi/<uuid:submission_id>/", views.review, name="curation_review"),
    path("kurasi/karya/<uuid:work_id>/ajukan/", views.submit, name="curation_submit"),
    path("kurasi/karya/<uuid:work_id>/kembalikan/", views.give_back, name="curation_return"),
]
