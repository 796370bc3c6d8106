/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance with the
 * License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed on an
 * "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the License for the specific
 * language governing permissions and limitations under the License.
 */

/* The noise below 7 kHz, sixteen samples at once: the outer taps are one, their sum wraps. lg is a multiple of 16. */
#include "vectors.h"

void low_pass_filt_7k(int16 signal[], int16 lg, int16 mem[], int16 x[])
{
    pv_memcpy((void *)x, (void *)mem, L_FIR * sizeof(*x));
    pv_memcpy((void *)(x + L_FIR), (void *)signal, lg * sizeof(*x));
    for (int i = 0; i < lg; i += 16) {
        __m256i outer = _mm256_add_epi16(load(x + i), load(x + i + L_FIR));
        Sums sums = add_products(zero(), outer, load(x + i + 1), pair(fir_7k));
        for (int tap = 2; tap < L_FIR; tap += 2)
            sums = add_products(sums, load(x + i + tap), load(x + i + tap + 1), pair(fir_7k + tap));
        store(signal + i, round_wrapped(sums, 1));
    }
    pv_memcpy((void *)mem, (void *)(x + lg), L_FIR * sizeof(*mem));
}
