from django.urls import path

from kodipest.works.preparations import views

urlpatterns = [
    path("persiapan/", views.preparations, name="preparations"),
    path("persiapan/<uuid:transcode_id>/batal/", views.call_off, name="preparation_call_off"),
    path("persiapan/<uuid:transcode_id>/ulangi/", views.retry, name="preparation_retry"),
    path("studio/berkas/<uuid:asset_id>/batal/", views.call_off_own, name="studio_call_off"),
    path("studio/berkas/<uuid:asset_id>/gerak/", views.motion, name="studio_motion"),
]
