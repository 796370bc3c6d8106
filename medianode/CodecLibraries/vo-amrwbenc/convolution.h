/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance with the
 * License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed on an
 * "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the License for the specific
 * language governing permissions and limitations under the License.
 */

/* The convolution of a subframe: for each distance between blocks of sixteen samples the impulse response is laid out once. */
#include "vectors.h"

void Convolve(Word16 x[], Word16 h[], Word16 y[], Word16 L)
{
    Word16 response[16 + 64] = { 0 };
    Sums sums[4] = { zero(), zero(), zero(), zero() };
    memcpy(response + 16, h, 64 * sizeof *h);
    for (int start = -14; start <= 48; start += 2) {
        const Word16 *at = response + 16 + start;
        __m256i now = load(at), before = load(at - 1);
#pragma GCC unroll 4
        for (int block = 0; block < 4; block++)
            if (start <= 16 * block) sums[block] = add_products(sums[block], now, before, pair(x + 16 * block - start));
    }
    for (int block = 0; block < 4; block++) store(y + 16 * block, round_wrapped(sums[block], 1));
}
