"""When a result is due, on the working calendar; clocks that stand still while a customer is waited for."""
