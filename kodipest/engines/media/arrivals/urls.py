from django.urls import path

from kodipest.engines.media.arrivals import views

urlpatterns = [
    path("unggahan/", views.arrivals, name="arrivals"),
    path("unggahan/<uuid:arrival_id>/", views.arrival, name="arrival"),
]
