"""Sentences for the errors of `settings`."""

from __future__ import annotations

from extern_desktop.settings import errors
from extern_desktop.wording.sentences import Sentence, sentence
from extern_desktop.wording.texts import _t


@sentence.register
def _(error: errors.SettingsBrokenError) -> Sentence:
    return Sentence(
        happened=_t("The settings file is damaged: {file}.").format(file=error.file),
        means=_t("We put it aside as {kept}; reading stopped at line {line}. Your reports are not concerned.").format(
            kept=error.kept_as.name, line=error.line
        ),
        do_next=_t("Go on with the default settings, or mend the file that was put aside and give it back its name."),
    )


@sentence.register
def _(error: errors.PolicyBrokenError) -> Sentence:
    return Sentence(
        happened=_t("The administrator's policy can't be read: {file}.").format(file=error.file),
        means=_t("The value of “{option}” is none that it may have, so nothing is started without the policy.").format(option=error.option)
        if error.option
        else _t("Reading stopped at line {line}, and nothing is started without the policy.").format(line=error.line),
        do_next=_t("Ask the administrator to mend or to remove the file."),
    )


@sentence.register
def _(error: errors.SettingsNotSavedError) -> Sentence:
    return Sentence(
        happened=_t("The settings could not be saved: {file}.").format(file=error.file),
        means=_t("The settings from before stay. For a technician: {detail}.").format(detail=error.detail),
        do_next=_t("Free some space and check that you may write into the folder, then change the setting again."),
    )


@sentence.register
def _(error: errors.SettingsUnreadableError) -> Sentence:
    return Sentence(
        happened=_t("The settings can't be read: {file}.").format(file=error.file),
        means=_t("The system does not give us the file. For a technician: {detail}.").format(detail=error.detail),
        do_next=_t("Check that you may read the file, or ask the administrator."),
    )


@sentence.register
def _(error: errors.OptionLockedError) -> Sentence:
    return Sentence(
        happened=_t("The setting “{option}” is fixed by the administrator.").format(option=error.option),
        means=_t("The policy of this computer decides it; nothing was changed."),
        do_next=_t("Ask the administrator if it should be different."),
    )


@sentence.register
def _(error: errors.OptionValueError) -> Sentence:
    return Sentence(
        happened=_t("The setting “{option}” can't be “{value}”.").format(option=error.option, value=error.value),
        means=_t("The value is outside of what it takes; nothing was changed."),
        do_next=_t("Choose one of the values that the settings page offers."),
    )
