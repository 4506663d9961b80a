"""The system of record: every mention, verdict, case, alert and run, in one SQL database."""
