/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include "flow.h"
#include "types.h"

enum collect_limits : __u32 {
	REAP_KEYS = 64, /* flows that one run looks at: some microseconds */
};

struct clock_reading {
	__u64 jiffies;
	__u64 nanoseconds; /* CLOCK_MONOTONIC */
};

/* What a run of reap takes for a packet, and behind it up to REAP_KEYS keys of flows. */
struct reap_request {
	__u8 ethernet[14]; /* not looked at */
	__u16 purge;       /* endpoint whose flows end now, 0: none */
};
