from django.urls import include, path

from kodipest.web import sign_in, views

urlpatterns = [
    path("", views.home, name="home"),
    path("tentang/", views.about, name="about"),
    path("", include("kodipest.web.profiles.urls")),
    path("demo/masuk/", sign_in.demo_sign_in, name="demo_sign_in"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
]
