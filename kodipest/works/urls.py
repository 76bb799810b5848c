from django.urls import path

from kodipest.works import views

urlpatterns = [
    path("studio/", views.studio, name="studio"),
    path("studio/baru/", views.start, name="studio_new"),
    path("semua-karya/", views.all_works, name="studio_all"),
    path("studio/<uuid:work_id>/", views.desk, name="studio_work"),
    path("studio/<uuid:work_id>/pratinjau/", views.preview, name="studio_preview"),
    path("studio/<uuid:work_id>/berkas/", views.files, name="studio_files"),
    path("studio/<uuid:work_id>/unggah/", views.upload, name="studio_upload"),
    path("studio/<uuid:work_id>/versi-baru/", views.begin, name="studio_begin"),
    path("studio/<uuid:work_id>/nama/", views.credit, name="studio_credit"),
    path("studio/nama/<uuid:credit_id>/hapus/", views.uncredit, name="studio_uncredit"),
    path("studio/berkas/<uuid:asset_id>/hapus/", views.remove, name="studio_remove"),
    path("studio/berkas/<uuid:asset_id>/ulangi/", views.retry, name="studio_retry"),
]
