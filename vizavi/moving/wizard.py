"""The steps: file, columns, import; the others have modules of their own (`check`, `result`)."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from vizavi.core.entity import Entity, registry
from vizavi.core.errors import Invalid, Refused
from vizavi.core.fields import EmailsField, PhonesField
from vizavi.core.models import Operation
from vizavi.core.reading import Reader
from vizavi.exchange import mapping, remember, targets, tasks, trial
from vizavi.exchange.mapping import Mapping
from vizavi.exchange.models import ImportRun
from vizavi.exchange.runs import LEAVE, begin, look_at, samples_of, table_of, text_of
from vizavi.moving import fresh
from vizavi.moving.common import both, frame, guarded, onward, places, run_of
from vizavi.tables import Table, Unreadable
from vizavi.tables.text import DELIMITERS, ENCODINGS
from vizavi.ui import render

#: So many rows are shown of a file.
SHOWN = 6


@require_GET
def runs(request: HttpRequest) -> HttpResponse:
    """Imports so far."""
    rows = ImportRun.objects.select_related("operation").filter(by=request.user).order_by("-pk")[:50]  # type: ignore[misc]
    shown = [
        {
            "url": f"/imports/{r.pk}/",
            "name": r.file_name,
            "entity": registry[r.entity].label_plural,
            "state": str(r.STATES[r.state]),
            "at": r.created_at,
            "counts": r.counts,
        }
        for r in rows
        if registry.get(r.entity)
    ]
    ways = [
        {"url": f"/imports/new/?entity={e.plural}", "title": e.label_plural, "icon": e.icon, "tone": e.tone}
        for e in places(request.user)
    ]
    return render(request, "moving/runs.html", {"rows": shown, "ways": ways}, block="content")


# -- file --------------------------------------------------------------------------------------------------------------


@both
@guarded
def new(request: HttpRequest) -> HttpResponse:
    """Step one: the file. A file that cannot be read is said so, and nothing is kept."""
    options = places(request.user)
    entity = registry.by_plural(request.POST.get("entity") or request.GET.get("entity", "")) or (
        options[0] if options else None
    )
    if entity is None or entity not in options:
        raise Refused(_("You may not import anything."))
    errors: list[str] = []
    upload = request.FILES.get("file")
    if request.method == "POST" and upload is None:
        errors = [_("Choose a file.")]
    elif upload is not None:
        try:
            run = begin(entity, request.user, upload.name or "", upload.chunks())
            return HttpResponseRedirect(f"/imports/{run.pk}/columns/")
        except Unreadable as error:
            errors = [str(error)]
        except Invalid as error:
            errors = error.errors["file"]
    context = frame(1, errors=errors, options=[(e.plural, e.label_plural) for e in options], what=entity)
    return render(request, "moving/new.html", context, status=422 if errors else 200)


@both
@guarded
def file_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Step one once more: how the file is read, with its first rows."""
    run = run_of(request, pk)
    if run.state != ImportRun.NEW:
        return HttpResponseRedirect(f"/imports/{pk}/")
    problem, before = "", dict(run.options)
    if request.method == "POST":
        wanted = {name: request.POST.get(name, "") for name in ("encoding", "delimiter", "sheet")}
        wanted["delimiter"] = "\t" if wanted["delimiter"] == "tab" else wanted["delimiter"]
        entity = registry.by_plural(request.POST.get("entity", ""))
        run.entity = entity.name if entity in places(request.user) and entity else run.entity
        run.options, run.fixes, run.report = wanted, {}, {}
        try:
            look_at(run)
            run.save()
            where = "columns" if request.POST.get("do") == "next" else "file"
            return HttpResponseRedirect(f"/imports/{pk}/{where}/")
        except Unreadable as error:
            problem, run.options = str(error), before
    table = table_of(run)
    signs = {"\t": _("tab"), ";": ";", ",": ",", "|": "|"}
    context = frame(
        1,
        run,
        problem=problem,
        table=table,
        rows=[[text_of(c)[:60] for c in row] for row in islice(table.rows(), SHOWN)],
        kinds=[(e.plural, e.label_plural) for e in places(request.user)],
        encodings=[(name, name) for name in ENCODINGS],
        delimiters=[("tab" if d == "\t" else d, signs[d]) for d in DELIMITERS],
        chosen=run.options,
        sheet_pairs=[(name, name) for name in table.sheets],
    )
    return render(request, "moving/file.html", context, status=422 if problem else 200)


# -- columns -----------------------------------------------------------------------------------------------------------


@require_GET
def step(request: HttpRequest, pk: int) -> HttpResponse:
    """Where an import stands."""
    run = run_of(request, pk)
    names = {ImportRun.NEW: "columns", ImportRun.WAITING: "run", ImportRun.RUNNING: "run"}
    return HttpResponseRedirect(f"/imports/{pk}/{names.get(run.state, 'result')}/")


@both
@guarded
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Step two: where each column goes, what values mean, what becomes of duplicates."""
    run = run_of(request, pk)
    if run.state != ImportRun.NEW:
        return HttpResponseRedirect(f"/imports/{pk}/")
    entity, reader, table = registry[run.entity], Reader(request.user), table_of(run)
    settled, problems = Mapping(**run.mapping), list[str]()
    if request.method == "POST":
        settled = posted(request, run, entity, table, reader)
        run.mapping = settled.json()
        run.save(update_fields=["mapping"])
        if request.POST.get("do") == "check":
            try:
                checked = mapping.read(entity, settled.json(), table.headers, reader)
                name = request.POST.get("save_as", "").strip()
                if name:
                    remember.save(entity, request.user, table.headers, checked, name)
                trial.prepare(run)
                return HttpResponseRedirect(f"/imports/{pk}/check/")
            except Invalid as error:
                problems = [m for messages in error.errors.values() for m in messages]
    context = frame(2, run, problems=problems, **columns_context(entity, table, settled, reader))
    context["only"] = request.GET.get("show") == "attention"
    return render(request, "moving/columns.html", context, status=422 if problems else 200)


def posted(request: HttpRequest, run: ImportRun, entity: Entity, table: Table, reader: Reader) -> Mapping:
    """The mapping as the form has it, or the remembered one that was asked for."""
    data = request.POST
    if data.get("do") == "apply":
        row = next((m for m in remember.named(entity) if str(m.pk) == data.get("saved")), None)
        return remember.apply(entity, table, reader, row) if row else Mapping(**run.mapping)
    found = Mapping(duplicates=data.get("duplicates", mapping.SKIP), month_first=run.mapping.get("month_first", False))
    for n, heading in enumerate(table.headers):
        path = data.get(f"column-{n}", "")
        if path.startswith(fresh.NEW):
            path = fresh.field_for(entity, table, n, path.removeprefix(fresh.NEW), request.user)
        target = targets.resolve(entity, path, reader)
        if target is not None or path == LEAVE:
            found.columns[heading] = target.path if target else LEAVE
    found.keys = [name for name in data.getlist("keys") if name in mapping.heads(found.columns)]
    known = remember.values(entity, request.user)
    asked = run.mapping.get("values", {})
    for path, guessed in mapping.guess_values(entity, table, found, reader, known).items():
        # In the order of the page, by the values that it asked for; what it did not ask keeps the guess.
        order = {text: n for n, text in enumerate(sorted(asked.get(path, {})))}
        found.values[path] = {
            text: data.get(f"value-{path}-{order[text]}", key) if text in order else key
            for text, key in guessed.items()
        }
    return found


def columns_context(entity: Entity, table: Table, settled: Mapping, reader: Reader) -> dict[str, Any]:
    """What step two shows."""
    samples = samples_of(table)
    rows = [column_row(entity, n, h, samples[h], settled, reader) for n, h in enumerate(table.headers)]
    taken = mapping.heads(settled.columns)
    values = []
    for path, known in settled.values.items():
        target = targets.resolve(entity, path, reader)
        if target is None or not known or path not in settled.columns.values():
            continue
        options = mapping.choices(target, reader)
        open_ = sum(1 for key in known.values() if not key)
        values.append(
            {
                "path": path,
                "label": target.label,
                "rows": [(n, text, key) for n, (text, key) in enumerate(sorted(known.items()))],
                "options": options,
                "open": open_,
            }
        )
    groups = [(label, [(t.path, t.label) for t in found]) for label, found in targets.offered(entity, reader)]
    used = {path for _label, pairs in groups for path, _text in pairs}
    more = [t for p in settled.columns.values() if p not in used and (t := targets.resolve(entity, p, reader))]
    if more:
        groups.append((_("More"), [(t.path, t.label) for t in more]))
    if fresh.may_make(reader.user):
        groups.append((_("New field"), fresh.options()))
    return {
        "rows": rows,
        "groups": groups,
        "values": values,
        "matched": sum(1 for r in rows if r["state"] in ("ok", "format", "values")),
        "attention": sum(1 for r in rows if r["state"] in ("none", "values")),
        "keys": [(f.name, f.label) for f in mapping.key_fields(entity, reader) if f.name in taken],
        "chosen_keys": settled.keys,
        "duplicates": settled.duplicates,
        "rules": rules(),
        "saved": [(str(m.pk), m.name) for m in remember.named(entity)],
        "leave": LEAVE,
    }


def rules() -> list[tuple[str, str, str]]:
    """What can become of duplicates, each with a line that explains it."""
    return [
        (mapping.FILL, _("Fill in what is empty"), _("what is filled in stays")),
        (mapping.OVERWRITE, _("Overwrite"), _("the file is right")),
        (mapping.SKIP, _("Skip"), _("leave the record as it is")),
        (mapping.CREATE, _("Create another one"), _("there may be duplicates")),
    ]


def column_row(
    entity: Entity, n: int, heading: str, samples: list[str], settled: Mapping, reader: Reader
) -> dict[str, Any]:
    """One column with its state: ok, format, values, skip, none; and the words for it."""
    path = settled.columns.get(heading, "")
    target = targets.resolve(entity, path, reader)
    known = settled.values.get(path, {})
    open_ = sum(1 for key in known.values() if not key)
    state, text = "none", _("Not chosen")
    if path == LEAVE:
        state, text = "skip", _("Left out")
    elif target is not None and open_:
        state = "values"
        text = ngettext("%(count)s value unknown", "%(count)s values unknown", open_) % {"count": open_}
    elif target is not None:
        rewritten = isinstance(target.field, PhonesField | EmailsField) or (
            target.field and target.field.kind == "date"
        )
        state, text = (
            ("format", _("Will be put in form")) if rewritten and target.part != "kind" else ("ok", _("Matched"))
        )
    return {"n": n, "heading": heading, "samples": samples, "path": path, "state": state, "text": text}


# -- import ------------------------------------------------------------------------------------------------------------


@require_POST
@guarded
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Into the queue, once; an import that was cut off goes on from where it was."""
    run = run_of(request, pk)
    with transaction.atomic():
        if cut_off(run) or ImportRun.objects.filter(pk=pk, state=ImportRun.NEW).update(state=ImportRun.WAITING):
            tasks.start(run)
    return HttpResponseRedirect(f"/imports/{pk}/run/")


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop after the chunk under way, or for good what was cut off; what is done can be undone."""
    run = run_of(request, pk)
    if run.operation and cut_off(run):
        with transaction.atomic():
            Operation.objects.filter(pk=run.operation.pk).update(state=Operation.CANCELLED, cancel=True)
            ImportRun.objects.filter(pk=pk).update(state=ImportRun.DONE)
    elif run.operation_id:
        Operation.objects.filter(pk=run.operation_id).update(cancel=True)
    return HttpResponseRedirect(f"/imports/{pk}/run/")


def cut_off(run: ImportRun) -> bool:
    """Whether nobody is at work on an import that is not done: its process has died or failed, and may come back."""
    return bool(run.state == ImportRun.RUNNING and run.operation and run.operation.state == Operation.INTERRUPTED)


@require_GET
def run_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Step four: how far it is, and how long it will take."""
    run = run_of(request, pk)
    if run.state not in (ImportRun.WAITING, ImportRun.RUNNING):
        # The page that asks every second goes on by itself.
        return onward(request, f"/imports/{pk}/result/" if run.state != ImportRun.NEW else f"/imports/{pk}/")
    row = int(run.counts.get("row", 0))
    total = run.operation.total if run.operation and run.operation.total else int(run.options.get("rows", 0))
    left = None
    if run.started_at and row > 200 and total > row:
        left = int((timezone.now() - run.started_at).total_seconds() / row * (total - row))
    context = frame(4, run, row=row, total=total, left=left, counts=run.counts, state=str(run.STATES[run.state]))
    context["cut_off"] = cut_off(run)
    return render(request, "moving/run.html", context)
