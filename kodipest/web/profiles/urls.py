from django.urls import path

from kodipest.web.profiles import views

urlpatterns = [
    path("pesantren/", views.organisations, name="organisations"),
    path("pesantren/<slug:slug>/", views.organisation, name="organisation"),
    path("orang/<uuid:person_id>/", views.person, name="person"),
]
