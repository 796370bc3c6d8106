/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance with the
 * License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed on an
 * "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the License for the specific
 * language governing permissions and limitations under the License.
 */

/* The noise between 6 and 7 kHz, sixteen samples at once. lg is a multiple of 16. */
#include "vectors.h"

void band_pass_6k_7k(int16 signal[], int16 lg, int16 mem[], int16 x[])
{
    pv_memcpy((void *)x, (void *)mem, L_FIR * sizeof(*x));
    for (int i = 0; i < lg; i += 16) store(x + L_FIR + i, _mm256_srai_epi16(load(signal + i), 2));
    for (int i = 0; i < lg; i += 16) {
        Sums sums = zero();
        for (int tap = 0; tap < L_FIR; tap += 2)
            sums = add_products(sums, load(x + i + tap), load(x + i + tap + 1), pair(fir_6k_7k + tap));
        __m256i last = load(x + i + L_FIR);
        sums = add_products(sums, last, last, _mm256_set1_epi32((unsigned short)fir_6k_7k[0]));
        store(signal + i, round_wrapped(sums, 1));
    }
    pv_memcpy((void *)mem, (void *)(x + lg), L_FIR * sizeof(*mem));
}
