// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Tells the agent the time that flows are dated by. */
#include "lib/bpf.h"

struct clock_reading {
	__u64 jiffies;
	__u64 nanoseconds; /* CLOCK_MONOTONIC */
};

SEC("syscall")
int read_clock(struct clock_reading *reading)
{
	reading->jiffies = bpf_jiffies64();
	reading->nanoseconds = bpf_ktime_get_ns();
	return 0;
}

const char program_license[] SEC("license") = "Dual BSD/GPL";
