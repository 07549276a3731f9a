"""What the domain refused, said in the form where it can be mended."""

from __future__ import annotations

from wtforms.form import BaseForm

from app.domain.errors import Invalid


def refuse(form: BaseForm, refusal: Invalid, *, otherwise: str = "") -> None:
    """Beside the field that the refusal names, else beside `otherwise`, else above the form. What stood there stays."""
    named = refusal.field or ""
    name = named if named in form else otherwise
    if name:
        form[name].errors = [*form[name].errors, str(refusal.message)]
    else:
        form.form_errors.append(str(refusal.message))
