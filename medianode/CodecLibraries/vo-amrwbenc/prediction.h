/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance with the
 * License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed on an
 * "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the License for the specific
 * language governing permissions and limitations under the License.
 */

/* The long-term prediction at a quarter of a sample, sixteen samples at once: the shortest lag is longer than what they need. */
#include "vectors.h"

static inline void predict_16(Word16 *to, const Word16 *x, const Word16 *filter)
{
    Sums sums = zero();
    for (int tap = 0; tap < 32; tap += 2) sums = add_products(sums, load(x + tap), load(x + tap + 1), pair(filter + tap));
    store(to, round_saturated(sums, 2));
}

void Pred_lt4(Word16 exc[], Word16 T0, Word16 frac, Word16 L_subfr)
{
    const Word16 *x = exc - T0 - 15 - (frac > 0), *filter = inter4_2[frac > 0 ? frac - 1 : 3 + frac];
    for (int i = 0; i + 16 <= L_subfr; i += 16) predict_16(exc + i, x + i, filter);
    if (L_subfr % 16) predict_16(exc + L_subfr - 16, x + L_subfr - 16, filter);
}
