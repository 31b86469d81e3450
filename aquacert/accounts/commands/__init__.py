"""What may be done to accounts. Every function takes the unit of work first."""

from aquacert.accounts.commands.challenges import ask_assertion, ask_registration
from aquacert.accounts.commands.disowning import disown_session
from aquacert.accounts.commands.founding import found_farm
from aquacert.accounts.commands.inbox import (
    answer_question,
    ask_question,
    mark_read,
    tell,
    tell_administrators,
)
from aquacert.accounts.commands.lending import end_lending, lend_role
from aquacert.accounts.commands.offices import change_office, close_office, open_office
from aquacert.accounts.commands.organisations import (
    close_organisation,
    move_organisation,
    open_organisation,
    rename_organisation,
    set_standing,
    switch_capability,
)
from aquacert.accounts.commands.own_factors import (
    bind_code,
    print_recovery_codes,
    register_passkey,
    remove_passkey,
    replace_code,
)
from aquacert.accounts.commands.password_rules import set_password_rules
from aquacert.accounts.commands.passwords import (
    change_password,
    first_password,
)
from aquacert.accounts.commands.people import (
    add_person,
    appoint,
    end_appointment,
    forget_person,
    freeze_person,
    keep_preferences,
)
from aquacert.accounts.commands.phones import change_phone
from aquacert.accounts.commands.recovery import (
    ask_recovery,
    confirm_recovery,
    finish_recovery,
    start_recovery,
    stop_recovery,
)
from aquacert.accounts.commands.second_factor import (
    confirm_factor,
    enrol,
    new_secret,
    take_factor_away,
)
from aquacert.accounts.commands.sign_in import (
    count_guess,
    end_session,
    end_sessions,
    open_session,
    pass_second_factor,
    pass_with_first_passkey,
    touch_session,
)
from aquacert.accounts.commands.signing import (
    limit_appointment,
    restore_signing,
    withdraw_signing,
)
from aquacert.accounts.commands.step_up import grant_step_up, spend_step_up
from aquacert.accounts.commands.throttles import count_at, count_registration
from aquacert.accounts.commands.tokens import (
    end_token,
    end_tokens_named,
    make_consignee_link,
    make_own_token,
    make_token,
    use_consignee_link,
)
from aquacert.accounts.commands.vehicles import add_vehicle, end_vehicle

__all__ = [
    "add_person",
    "add_vehicle",
    "answer_question",
    "appoint",
    "ask_assertion",
    "ask_question",
    "ask_recovery",
    "ask_registration",
    "bind_code",
    "change_office",
    "change_password",
    "change_phone",
    "close_office",
    "close_organisation",
    "confirm_factor",
    "confirm_recovery",
    "count_at",
    "count_guess",
    "count_registration",
    "disown_session",
    "end_appointment",
    "end_lending",
    "end_session",
    "end_sessions",
    "end_token",
    "end_tokens_named",
    "end_vehicle",
    "enrol",
    "finish_recovery",
    "first_password",
    "forget_person",
    "found_farm",
    "freeze_person",
    "grant_step_up",
    "keep_preferences",
    "lend_role",
    "limit_appointment",
    "make_consignee_link",
    "make_own_token",
    "make_token",
    "mark_read",
    "move_organisation",
    "new_secret",
    "open_office",
    "open_organisation",
    "open_session",
    "pass_second_factor",
    "pass_with_first_passkey",
    "print_recovery_codes",
    "register_passkey",
    "remove_passkey",
    "rename_organisation",
    "replace_code",
    "restore_signing",
    "set_password_rules",
    "set_standing",
    "spend_step_up",
    "start_recovery",
    "stop_recovery",
    "switch_capability",
    "take_factor_away",
    "tell",
    "tell_administrators",
    "touch_session",
    "use_consignee_link",
    "withdraw_signing",
]
