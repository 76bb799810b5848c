from django.urls import path

from kodipest.works.reading import views

urlpatterns = [
    path("versi/<uuid:revision_id>/baca/", views.read, name="read_version"),
]
