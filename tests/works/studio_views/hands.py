"""What several tests of these verbs use."""

from kodipest.works.models import Revision

SAY_NO = 422


def text_of(response):
    return response.content.decode()


def newest(work):
    return Revision.objects.filter(work=work).latest()
