/* SPDX-License-Identifier: BSD-2-Clause */
/* Beside jail_enter.c's counters, to write them: cov.c. */
int
main(void)
{
	return (1);
}
