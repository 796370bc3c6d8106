/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance with the
 * License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed on an
 * "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the License for the specific
 * language governing permissions and limitations under the License.
 */

/* Sixteen samples at once. Sums of products wrap at 32 bits as they do in C compiled for this processor, in whatever order. */
/* The synthesis filter: lg is a multiple of 8. */
#include "recursion.h"

void Syn_filt(Word16 a[], Word16 x[], Word16 y[], Word16 lg, Word16 mem[], Word16 update)
{
    Recursion filter = start(a, mem);
    for (int i = 0; i < lg; i += BLOCK) filter_block(&filter, x + i, a[0] >> 1, y + i, SATURATES);
    if (update) last_outputs(&filter, mem);
}
