/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance with the
 * License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed on an
 * "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the License for the specific
 * language governing permissions and limitations under the License.
 */

/* Sixteen samples at once. Sums of products wrap at 32 bits as they do in C compiled for this processor, in whatever order. */
/* The impulse response of the weighted synthesis filter: what goes through 1/A(z), four times, in place and into h1. */
#include "recursion.h"

static void respond(const Word16 *a, Word16 *x, Word16 *h1)
{
    static const Word16 silence[ORDER_16];
    Recursion filter = start(a, silence);
    for (int i = 0; i < L_SUBFR; i += BLOCK) filter_block(&filter, x + i, 1 << 14, x + i, WRAPS);
    memcpy(h1, x, L_SUBFR * sizeof *h1);
}
