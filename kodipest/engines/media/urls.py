from django.urls import path

from kodipest.engines.media import views

app_name = "media"
urlpatterns = [
    path("public/<str:folder>/<path:name>", views.public, name="public"),
    path("s/<str:token>/<str:folder>/<path:name>", views.private, name="private"),
    path("opens/<str:token>/<str:folder>/<path:name>", views.opens, name="opens"),
]
