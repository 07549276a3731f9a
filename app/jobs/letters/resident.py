"""Letters to whoever filed a report, and to those who follow it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.domain import confirmations
from app.domain.errors import Refusal
from app.domain.notifications import LetterKind
from app.domain.reports import afterwards, by_mail, guests
from app.jobs.letters.account import address
from app.jobs.letters.model import About, Letter, Link, Pointless
from app.models.choices import EventKind, Outcome, Publication, Severity, Status, StillThere, WaitingFor
from app.web.filters import day, due, moment
from app.web.labels import label


def confirm(about: About) -> Letter:
    """The first word to an address somebody typed: nothing that a stranger should not read."""
    is_reminder = about.delivery.kind == LetterKind.CONFIRM_REMINDER
    token = confirmations.confirmation_token(about.report)
    address = url_for("own.confirm", code=about.report.code, token=token, _external=True)
    opening = (
        _("We still cannot write to you about this report")
        if is_reminder
        else _("One press, and we can write to you about this report")
    )
    return Letter(
        subject=_("Report %(code)s: please confirm your address", code=about.code),
        opening=opening,
        body=(
            _(
                "Report %(code)s was filed at %(at)s with this address. It went to the unit in charge at once. "
                "Confirm the address, so that the answer reaches you.",
                code=about.code,
                at=moment(about.report.filed_at),
            ),
        ),
        facts=((_("To be received by"), due(about.report.receive_due_at)),)
        if about.report.status is Status.NEW and not about.report.is_transferred
        else (),
        button=Link(_("Confirm my address"), address),
        digits=about.digits,
        closing=(
            _("The link is good for %(days)s days.", days=confirmations.LINK_DAYS),
            _("Was it not you? Then do nothing. Your address is forgotten after 14 days.")
            if is_reminder
            else _("Was it not you? Then do nothing. We remind you once, then your address is forgotten."),
        ),
        why=_("You get this message because your address was given when the report was filed."),
        short=_(
            "Report %(code)s: your code is %(digits)s, good for 10 minutes. Or press %(url)s",
            code=about.code,
            digits=about.digits,
            url=address,
        ),
    )


def follow(about: About) -> Letter:
    """To an address that somebody typed beside "the same problem": nothing that a stranger should not read."""
    return Letter(
        subject=_("Report %(code)s: follow it?", code=about.code),
        opening=_("One press, and you hear how it goes on"),
        body=(_("Somebody, most likely you, gave this address to follow a public report."),),
        facts=((_("Report"), about.code),),
        button=Link(_("Follow this report"), address(about)),
        closing=(
            _("The link is good for %(days)s days.", days=guests.LINK_DAYS),
            _("Was it not you? Then do nothing. Your address is forgotten after 14 days."),
        ),
        why=_("You get this message because your address was given to follow a report."),
    )


def my_reports(about: About) -> Letter:
    """The link that opens what somebody filed without an account, for two hours."""
    return Letter(
        subject=_("Your reports"),
        opening=_("Your reports of the last twelve months"),
        body=(_("Somebody, most likely you, asked for them with this address."),),
        button=Link(_("Open my reports"), address(about)),
        closing=(
            _(
                "The link is good for %(hours)s hours. Whoever has it can read and answer in your name.",
                hours=by_mail.HOURS,
            ),
            _("Was it not you? Then do nothing."),
        ),
        why=_("You get this message because reports were filed with this address."),
    )


def filed(about: About) -> Letter:
    report = about.report
    urgent = report.severity is Severity.URGENT
    closing, is_part = [_keep_the_link()], report.split_from_id is not None
    if urgent:
        numbers = ", ".join(one.number for one in about.city.emergency)
        closing.insert(0, _("Is somebody in danger right now? Call %(numbers)s.", numbers=numbers))
    return _of_report(
        about,
        subject=_("Report %(code)s: we have it", code=about.code),
        opening=_("Thank you. Your report is with %(unit)s", unit=about.unit_name),
        body=(
            *((_("It is a second problem in a report of yours: it now has a report of its own."),) if is_part else ()),
            _("Here is what the city promises. You hear from us at every step."),
        ),
        facts=(
            (_("Filed at"), moment(report.filed_at)),
            (_("To be received by"), due(report.receive_due_at)),
            (_("To be handled by"), due(report.handle_due_at)),
        )
        if report.received_at is None
        else ((_("Filed at"), moment(report.filed_at)), (_("To be handled by"), due(report.handle_due_at))),
        button=_("Open my report"),
        closing=tuple(closing),
    )


def _keep_the_link() -> str:
    return str(_("Keep this message: the link is yours alone. It lets you add, answer and rate without signing in."))


def stands(about: About) -> Letter:
    """The first letter to an address confirmed late: what the last step said, and how to come back."""
    report = about.report
    if report.status is Status.WITHDRAWN:
        raise Pointless("the report was withdrawn")
    write = TURNS.get(about.event.kind)
    if write is None:
        return filed(about)
    told = write(about)
    subject = _("Report %(code)s: where it stands", code=about.code)
    return replace(
        told,
        subject=subject,
        body=(_("Thank you for confirming your address. This is how your report stands."), *told.body),
        facts=(told.facts[0], (_("Filed at"), moment(report.filed_at)), *told.facts[1:]),
        closing=(*told.closing, _keep_the_link()),
        links=(_way_out(about),),
        stop=_way_out(about).url,
        short=f"{subject}. {about.page}",
    )


def received(about: About) -> Letter:
    by = about.moment("due") or about.report.handle_due_at
    return _of_report(
        about,
        subject=_("Report %(code)s: received", code=about.code),
        opening=_("%(unit)s has received your report", unit=about.unit_name)
        if about.is_reporter
        else _("%(unit)s has received the report", unit=about.unit_name),
        body=(_("Somebody there has read it and takes it on."),),
        facts=((_("To be handled by"), due(by)),),
    )


def moved(about: About) -> Letter:
    data = about.event.data
    reason = about.city.transfers.get(str(data.get("reason", "")))
    to = about.unit_of(str(data.get("to", ""))) or about.unit_name
    facts = [(_("Former unit"), about.unit_of(str(data.get("from", "")))), (_("New unit"), to)]
    if reason is not None:
        facts.append((_("Reason"), reason.label.in_(about.language)))
    if data.get("guard") == "not_accepted":
        facts.append((_("Reason"), _("The unit before did not accept it in time")))
    facts.append((_("To be handled by, unchanged"), due(about.report.handle_due_at)))
    return _of_report(
        about,
        subject=_("Report %(code)s: passed on", code=about.code),
        opening=_("Your report is now with %(unit)s", unit=to),
        body=(_("The date promised to you does not change by that."),),
        facts=tuple(fact for fact in facts if fact[1]),
    )


def asked(about: About) -> Letter:
    until = about.moment("until")
    return _of_report(
        about,
        subject=_("Report %(code)s: a question for you", code=about.code),
        opening=_("%(unit)s needs a word from you", unit=about.unit_name),
        facts=((_("Please answer by"), due(until)),) if until else (),
        button=_("Answer the question"),
        closing=(_("The clock stands still until you answer. If you do not, the unit goes on with what it knows."),),
    )


def paused(about: About) -> Letter:
    until = about.moment("until")
    waiting = about.event.data.get("waiting_for")
    facts = [(_("Waiting for"), str(label(WaitingFor(waiting))))] if waiting else []
    if until:
        facts.append((_("Until then at the latest"), due(until)))
    return _of_report(
        about,
        subject=_("Report %(code)s: the work has to wait", code=about.code),
        opening=_("%(unit)s has to wait before it can go on", unit=about.unit_name),
        body=(_("The clock stands still for that time and then goes on by itself."),),
        facts=tuple(facts),
    )


def resumed(about: About) -> Letter:
    return _of_report(
        about,
        subject=_("Report %(code)s: the work goes on", code=about.code),
        opening=_("%(unit)s goes on with your report", unit=about.unit_name),
        facts=_old_and_new(about),
    )


def suspended(about: About) -> Letter:
    return _of_report(
        about,
        subject=_("Report %(code)s: the date has moved", code=about.code),
        opening=_("The city has changed which hours count towards your date"),
        body=(_("The reason and the hours stand on a page of all such decisions. Your first date stays on the page."),),
        facts=_old_and_new(about),
    )


def planned(about: About) -> Letter:
    on = about.event.data.get("planned_on")
    facts = ((_("Planned for"), day(date.fromisoformat(on))),) if on else ()
    return _of_report(
        about,
        subject=_("Report %(code)s: planned", code=about.code),
        opening=_("The work has a date"),
        facts=(*facts, (_("First promise"), due(about.report.first_handle_due_at))),
        closing=(_("The first promise stays on the page, so that everybody can compare."),),
    )


def extended(about: About) -> Letter:
    return _of_report(
        about,
        subject=_("Report %(code)s: a later date", code=about.code),
        opening=_("%(unit)s needs more time", unit=about.unit_name),
        body=(_("The lead of the unit agreed. A date can be put off only once."),),
        facts=_old_and_new(about),
    )


def reclassified(about: About) -> Letter:
    return _of_report(
        about,
        subject=_("Report %(code)s: sorted anew", code=about.code),
        opening=_("Your report was sorted anew, and its date with it"),
        facts=((_("Category"), about.category.name.in_(about.language)), *_old_and_new(about)),
    )


def relocated(about: About) -> Letter:
    ward = about.city.ward_of(about.report.ward_id)
    return _of_report(
        about,
        subject=_("Report %(code)s: the place was corrected", code=about.code),
        opening=_("%(unit)s has moved the pin of your report", unit=about.unit_name),
        body=(_("The date promised to you does not change by that. Is the place wrong now? Write it on your page."),),
        facts=((_("Ward"), ward.name.in_(about.language)),),
    )


def answered(about: About) -> Letter:
    outcome = about.event.data.get("outcome")
    facts = [(_("Outcome"), str(label(Outcome(outcome))))] if outcome else []
    letter = about.event.data.get("letter") or {}
    if letter.get("body"):
        facts.append((_("Referred to"), letter["body"]))
    if about.event.data.get("visit_on"):
        facts.append((_("Site visit"), day(date.fromisoformat(about.event.data["visit_on"]))))
    if about.report.affected > 1:
        facts.append((_("Affected"), ngettext("%(num)d person", "%(num)d people", about.report.affected)))
    until = about.report.object_until
    return _of_report(
        about,
        subject=_("Report %(code)s: the answer", code=about.code),
        opening=_("%(unit)s has answered", unit=about.unit_name),
        facts=tuple(facts),
        button=_("See the answer and rate it") if about.is_reporter else _("See the answer"),
        closing=(
            _(
                "Is it not done, or has it come back? Say so by %(until)s and the report is opened again.",
                until=_day(about, until),
            ),
        )
        if about.is_reporter and until
        else (),
    )


def asked_around(about: About) -> Letter:
    """To those who are affected, once: three answers, one press each."""
    token = afterwards.token_of(about.report, about.person)
    try:
        afterwards.asked(about.report.code, token)
    except Refusal as refusal:
        raise Pointless("there is nothing to answer any more") from refusal
    ways = tuple(
        (
            str(label(said)),
            "",
            url_for("guests.still", code=about.report.code, token=token, said=said.value, _external=True),
        )
        for said in StillThere
    )
    letter = _of_report(
        about,
        subject=_("Report %(code)s: is it really gone?", code=about.code),
        opening=_("A week ago %(unit)s said that it is fixed. Is it?", unit=about.unit_name),
        body=(
            _("You live or pass by there, so you know best. One press is enough, and nobody learns who answered."),
            _("If it is not gone, the unit has to look again, and everybody can read how many say so."),
        ),
    )
    return replace(letter, items=ways)


def declined(about: About) -> Letter:
    reason = about.city.refusals.get(str(about.event.data.get("refusal", "")))
    body, facts = [], []
    if reason is not None:
        facts.append((_("Reason"), reason.label.in_(about.language)))
        body.append(reason.explain.in_(about.language))
        if reason.next_step:
            facts.append((_("What you can do"), reason.next_step.in_(about.language)))
    until = about.report.object_until if about.report.appealed_at is None else None
    return _of_report(
        about,
        subject=_("Report %(code)s: not accepted", code=about.code),
        opening=_("%(unit)s does not take this report on", unit=about.unit_name),
        body=tuple(text for text in body if text),
        facts=tuple(facts),
        button=_("Open my report") if about.is_reporter else _("Open the report"),
        closing=(
            _(
                "Do you see it differently? By %(until)s you can ask once for another look; somebody else decides it.",
                until=_day(about, until),
            ),
        )
        if about.is_reporter and until
        else (),
    )


def upheld(about: About) -> Letter:
    return _of_report(
        about,
        subject=_("Report %(code)s: your request was looked at", code=about.code),
        opening=_("Somebody else has looked at it again: the refusal stands"),
    )


def reopened(about: About) -> Letter:
    is_appeal = bool(about.event.data.get("appeal"))
    return _of_report(
        about,
        subject=_("Report %(code)s: open again", code=about.code),
        opening=_("The report is taken up after all") if is_appeal else _("The report is open again"),
        body=(_("It is with the lead of %(unit)s and has a date of its own.", unit=about.unit_name),),
        facts=((_("To be handled by"), due(about.report.handle_due_at)),),
    )


def merged(about: About) -> Letter:
    """The page of a merged report leads to the one it lives on in."""
    return _of_report(
        about,
        subject=_("Report %(code)s: joined with another one", code=about.code),
        opening=_("The same problem was reported before"),
        body=(_("Both are handled together from now on. What you wrote stays with you; you hear of every step."),),
    )


def unmerged(about: About) -> Letter:
    return _of_report(
        about,
        subject=_("Report %(code)s: on its own again", code=about.code),
        opening=_("The report is handled on its own again"),
        facts=((_("To be handled by"), due(about.report.handle_due_at)),) if about.report.is_open else (),
    )


def withheld(about: About) -> Letter:
    return _of_report(
        about,
        subject=_("Report %(code)s: the content stays private", code=about.code),
        opening=_("Your words and photos are not shown in public"),
        body=(_("The unit works with them all the same. The reason stands on the page."),),
        said=about.report.withheld_reason,
    )


# What changes where a report stands, and the letter that says it.
TURNS: dict[EventKind, Callable[[About], Letter]] = {
    EventKind.RECEIVED: received,
    EventKind.ACCEPTED: received,
    EventKind.STARTED: received,
    EventKind.PAUSED: paused,
    EventKind.RESUMED: resumed,
    EventKind.REPLIED: resumed,
    EventKind.PLANNED: planned,
    EventKind.ASKED: asked,
    EventKind.EXTENDED: extended,
    EventKind.RESOLVED: answered,
    EventKind.DECLINED: declined,
    EventKind.APPEAL_UPHELD: upheld,
    EventKind.REOPENED: reopened,
    EventKind.TRANSFERRED: moved,
    EventKind.RETURNED: moved,
    EventKind.MERGED: merged,
    EventKind.UNMERGED: unmerged,
}


# --- what they share ----------------------------------------------------------------------------------------------


def _of_report(
    about: About,
    *,
    subject: str,
    opening: str,
    body: tuple[str, ...] = (),
    facts: tuple[tuple[str, str], ...] = (),
    button: str = "",
    closing: tuple[str, ...] = (),
    said: str = "",
) -> Letter:
    """A letter about a report: what and where first, the unit's words set apart, one button."""
    if (
        not about.is_reporter
        and about.report.publication is Publication.NONE
        and about.report.status is not Status.MERGED
    ):
        raise Pointless("the report is not public")
    language = about.language
    where = about.city.ward_of(about.report.ward_id).name.in_(language)
    what = f"{about.category.name.in_(language)}, {where}"
    spoken = said or about.spoken
    return Letter(
        subject=subject,
        opening=opening,
        body=body,
        said=spoken,
        said_by=about.unit_name if spoken else "",
        facts=((_("Report"), f"{about.code} · {what}"), *facts),
        button=Link(button or (_("Open my report") if about.is_reporter else _("Open the report")), about.page),
        closing=closing,
        why=_("You get this message because you filed this report.")
        if about.is_reporter
        else _("You get this message because you follow this report or are affected by it."),
        links=(_way_out(about),),
        stop=_way_out(about).url,
        short=f"{subject}. {about.page}",
    )


def _way_out(about: About) -> Link:
    """One link and there are no more letters, for whoever filed it or follows, with an account or without."""
    token = guests.stop_token(about.report, about.person)
    label = _("No more letters about this report") if about.is_reporter else _("Stop following")
    return Link(label, url_for("guests.stop", code=about.report.code, token=token, _external=True))


def _old_and_new(about: About) -> tuple[tuple[str, str], ...]:
    """A promise never moves silently: the old date stands beside the new."""
    old, new = about.moment("due_was"), about.moment("due")
    if old is None or new is None or old == new:
        return ((_("To be handled by"), due(new or about.report.handle_due_at)),)
    return (_("Date until now"), due(old)), (_("New date"), due(new))


def _day(about: About, at: datetime) -> str:
    """The city's local day of a moment."""
    return day(at.astimezone(ZoneInfo(about.city.timezone)).date())
