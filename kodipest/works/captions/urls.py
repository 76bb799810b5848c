from django.urls import path

from kodipest.works.captions import views

urlpatterns = [
    path("studio/<uuid:work_id>/teks/<slug:language>/", views.edit, name="captions_edit"),
    path("studio/<uuid:work_id>/teks/<slug:language>/berkas/", views.bring, name="captions_bring"),
    path("versi/<uuid:revision_id>/teks/<slug:language>.vtt", views.vtt, name="captions_vtt"),
]
