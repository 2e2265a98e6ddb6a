"""Why trials fail: the funnel, reasons for failure and the least change that would do."""
