"""Views that stand for those of the site."""

from django import forms
from django.http import HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from kodipest.engines.media import storage, uploads
from kodipest.engines.media.operations import adopt_upload
from kodipest.kernel.errors import Refusal
from tests.engines.media.arrivals import house


class UploadForm(forms.Form):
    upload = forms.FileField()
    note = forms.CharField(required=False)


@csrf_exempt
def receive(request):
    """Tell what came, and look at the disk while the request lasts."""
    form = UploadForm(request.POST, request.FILES)
    refusal = uploads.refusal_of(request)
    if refusal:
        status = uploads.status_of(refusal)
        return JsonResponse({"code": refusal.code, "words": refusal.messages}, status=status)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=422)
    upload = form.cleaned_data["upload"]
    return JsonResponse(
        {
            "name": upload.name,
            "size": upload.size,
            "sha256": upload.sha256,
            "on_disk": storage.sha256_of(upload.path),
            "note": form.cleaned_data["note"],
            "files": [item.name for item in request.FILES.getlist("upload")],
        }
    )


@csrf_exempt
def keep(request):
    """Adopt what came, or say why not."""
    try:
        original = adopt_upload(upload=request.FILES["upload"])
    except Refusal as refusal:
        return JsonResponse({"code": refusal.code}, status=409)
    return JsonResponse({"id": str(original.pk), "sha256": original.sha256})


@uploads.counts_for(lambda person, place: house.group_of(person, target=place))
@csrf_exempt
def receive_for(request, place):
    """Take a file for one place."""
    return receive(request)


def handler403(_request, exception):
    return HttpResponse(str(exception), status=403)


def handler404(_request, exception):
    return HttpResponse(str(exception), status=404)


urlpatterns = [
    path("receive/", receive),
    path("receive/<place>/", receive_for),
    path("keep/", keep),
]
