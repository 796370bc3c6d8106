/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance with the
 * License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed on an
 * "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the License for the specific
 * language governing permissions and limitations under the License.
 */

/* The long-term prediction at a quarter of a sample, sixteen samples at once, for lags that are longer than what they need. */
#include "vectors.h"

enum { SHORTEST_LAG_AT_ONCE = 32 };

static inline void predict_16(int16 *to, const int16 *x, const int16 *filter)
{
    Sums sums = zero();
    for (int tap = 0; tap < 32; tap += 2) sums = add_products(sums, load(x + tap), load(x + tap + 1), pair(filter + tap));
    store(to, round_wrapped(sums, 2));
}

static void predict_at_once(int16 *exc, const int16 *x, const int16 *filter, int length)
{
    for (int i = 0; i + 16 <= length; i += 16) predict_16(exc + i, x + i, filter);
    if (length % 16) predict_16(exc + length - 16, x + length - 16, filter);
}
