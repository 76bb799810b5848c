from django.urls import path

from kodipest.stages.publication.desk import views

urlpatterns = [
    path("publikasi/", views.desk, name="publication"),
    path("publikasi/tayang/", views.out, name="publication_out"),
    path("publikasi/kanal-baru/", views.new_channel, name="publication_channel"),
    path("publikasi/<uuid:work_id>/", views.publish, name="publication_publish"),
    path("publikasi/<uuid:work_id>/paket/", views.packs, name="publication_packs"),
    path("publikasi/<uuid:work_id>/turunkan/", views.withdraw, name="publication_withdraw"),
]
