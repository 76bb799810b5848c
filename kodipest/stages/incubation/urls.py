from django.urls import path

from kodipest.stages.incubation import views

urlpatterns = [
    path("inkubasi/", views.growing, name="incubation"),
    path("inkubasi/<uuid:work_id>/", views.work, name="incubation_work"),
    path("inkubasi/<uuid:work_id>/masuk/", views.enter, name="incubation_enter"),
]
