"""Every address of the site. Indonesian has no prefix, /en/ and /zh-hans/ stand before the others."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from kodipest.web.views import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("media/", include("kodipest.engines.media.urls")),
    *i18n_patterns(
        path("", include("kodipest.web.urls")),
        path("", include("kodipest.web.today.urls")),
        path("", include("kodipest.engines.media.arrivals.urls")),
        path("", include("kodipest.works.urls")),
        path("", include("kodipest.works.reading.urls")),
        path("", include("kodipest.works.preparations.urls")),
        path("", include("kodipest.works.captions.urls")),
        path("", include("kodipest.stages.coaching.urls")),
        path("", include("kodipest.stages.incubation.urls")),
        path("", include("kodipest.stages.curation.urls")),
        path("", include("kodipest.stages.publication.desk.urls")),
        path("", include("kodipest.stages.publication.urls")),
        path("akun/", include("allauth.account.urls")),
        path("akun/keamanan/", include("allauth.mfa.urls")),
        prefix_default_language=False,
    ),
]
handler400 = "kodipest.web.errors.bad_request"
handler403 = "kodipest.web.errors.forbidden"
handler404 = "kodipest.web.errors.not_found"
handler429 = "kodipest.web.errors.too_many"
handler500 = "kodipest.web.errors.broken"
