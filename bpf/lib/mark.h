/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Values of skb->mark by which programs tell one another what they did with a packet. A mark does not outlive
 * the way into another network namespace. */
#pragma once

enum mark {
	/* by the program of an uplink for that of a container: it was sent to the uplink's address */
	MARK_TRANSLATED_BACK = 0x0c11a7e1,
};
