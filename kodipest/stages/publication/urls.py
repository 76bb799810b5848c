from django.urls import path

from kodipest.stages.publication import views

urlpatterns = [
    path("karya/", views.works, name="works"),
    path("karya/<slug:slug>/", views.work, name="work"),
    path("karya/<slug:slug>/baca/", views.read, name="work_read"),
    path("karya/<slug:slug>/sanad.json", views.sanad_file, name="work_sanad"),
    path("karya/<slug:slug>/teks/<slug:language>.vtt", views.captions, name="work_captions"),
    path("kanal/", views.channels, name="channels"),
    path("kanal/<slug:slug>/", views.channel, name="channel"),
]
