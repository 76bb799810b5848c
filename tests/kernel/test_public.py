import pytest
from django.http import HttpResponse

from kodipest.kernel.public import (
    BRIEF_SECONDS,
    MARK,
    is_anonymous_visit,
    keep_briefly,
    public_page,
)


@public_page(seconds=60)
def view(request):
    return HttpResponse("hello")


@public_page()
def missing(request):
    return HttpResponse("gone", status=404)


def test_marks_the_page_of_an_anonymous_visit(rf) -> None:
    response = view(rf.get("/"))

    assert getattr(response, MARK) == 60
    assert response.headers["Content-Encoding"] == "identity"


@pytest.mark.parametrize("cookie", ["kodipest", "messages"])
def test_leaves_the_page_of_one_person_alone(rf, cookie: str) -> None:
    request = rf.get("/")
    request.COOKIES[cookie] = "something"

    response = view(request)

    assert not is_anonymous_visit(request)
    assert not hasattr(response, MARK)
    assert not response.has_header("Content-Encoding")


def test_a_cookie_that_changes_nothing_keeps_the_visit_anonymous(rf) -> None:
    request = rf.get("/")
    request.COOKIES["csrftoken"] = "something"

    assert is_anonymous_visit(request)


def test_never_marks_what_is_not_a_whole_page(rf) -> None:
    assert not hasattr(missing(rf.get("/")), MARK)


@pytest.mark.parametrize(("growing", "seconds"), [(True, BRIEF_SECONDS), (False, 60)])
def test_a_page_of_something_growing_is_kept_briefly(rf, growing: bool, seconds: int) -> None:
    page = public_page(seconds=60)(lambda request: keep_briefly(HttpResponse(), when=growing))

    assert getattr(page(rf.get("/")), MARK) == seconds
