/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What the module consists of; the manual is in there. */
#include "playhead/playhead.h"
