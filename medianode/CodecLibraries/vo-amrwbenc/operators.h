/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance with the
 * License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed on an
 * "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the License for the specific
 * language governing permissions and limitations under the License.
 */

/* The basic operators (3GPP TS 26.173) that the library computes bit by bit, in closed form: the same values for every input. */
#ifndef BYON_OPERATORS_H
#define BYON_OPERATORS_H

#include <stdint.h>

static inline Word32 saturate_32(int64_t value)
{
    return value > INT32_MAX ? INT32_MAX : value < INT32_MIN ? INT32_MIN : (Word32)value;
}

static inline Word32 L_add(Word32 a, Word32 b) { return saturate_32((int64_t)a + b); }

static inline Word32 L_sub(Word32 a, Word32 b) { return saturate_32((int64_t)a - b); }

/* No shift to the left by less than one gives 0. 32 places leave of any value but 0 nothing that fits. */
static inline Word32 L_shl2(Word32 value, Word16 places)
{
    return places <= 0 ? 0 : saturate_32((int64_t)((uint64_t)(int64_t)value << (places > 32 ? 32 : places)));
}

static inline Word32 L_shl(Word32 value, Word16 places)
{
    if (places > 0) return L_shl2(value, places);
    return value >> (places < -32 ? 32 : (Word16)-places);
}

static inline Word16 norm_s(Word16 value)
{
    if (value == 0) return 0;
    if (value == -1) return 15;
    return (Word16)(__builtin_clz(value < 0 ? ~value : value) - 17);
}

static inline Word16 norm_l(Word32 value)
{
    if (value == 0) return 0;
    if (value == -1) return 31;
    return (Word16)(__builtin_clz(value ^ (value >> 31)) - 1);
}

/* Below one by contract; what is not gives the largest value there is. */
static inline Word16 div_s(Word16 numerator, Word16 denominator)
{
    if (numerator < 0 || denominator <= 0) return 32767;
    return numerator >= denominator ? 32767 : (Word16)(((uint32_t)numerator << 15) / (uint32_t)denominator);
}

#endif
