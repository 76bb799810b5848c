from django.urls import path

from kodipest.web.today import views

urlpatterns = [
    path("hari-ini/", views.today, name="today"),
    path("hari-ini/bahasa/", views.language, name="today_language"),
]
