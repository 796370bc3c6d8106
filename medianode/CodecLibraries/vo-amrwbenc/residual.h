/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance with the
 * License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed on an
 * "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the License for the specific
 * language governing permissions and limitations under the License.
 */

/* The filters, sixteen samples at once: what each does is told where the library has it in C. */
#include "vectors.h"

/* A(z), order 16. lg is a multiple of 16. */
void Residu(Word16 a[], Word16 x[], Word16 y[], Word16 lg)
{
    __m256i factors[9];
    for (int tap = 0; tap < 16; tap += 2) factors[tap / 2] = pair(a + tap);
    factors[8] = _mm256_set1_epi32((unsigned short)a[16]);
    for (int i = 0; i < lg; i += 16) {
        Sums sums = zero();
        for (int tap = 0; tap <= 16; tap += 2)
            sums = add_products(sums, load(x + i - tap), load(x + i - tap - (tap < 16)), factors[tap / 2]);
        store(y + i, round_saturated(sums, 5));
    }
}
