# SPDX-License-Identifier: BSD-2-Clause
# One static program, run by jailinit: what it leaves is reaped, and what
# stays behind it gets TERM and time.
FROM jailinit
COPY app /app
CMD ["/app"]
