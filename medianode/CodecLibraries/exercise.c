/*
 * Puts the codec libraries through what a media node asks of them, with computed speech: it trains their optimised builds, and
 * proves that those give the same bits as Debian's, also for signals that overflow what can. Prints one line for each piece of
 * work: its name and a hash of all that came out.
 *   exercise           every piece of work, and the signals
 *   exercise train     the work, what a media node does most often the more often
 *   exercise ROUNDS    the work with the CPU time per 20 ms frame in microseconds, the shortest of that many rounds
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <opus.h>
#include <interf_dec.h>
#include <interf_enc.h>
#include <dec_if.h>
#include <enc_if.h>

enum { SECONDS = 12, FRAMES = SECONDS * 50, HIGHEST_RATE = 48000, LONGEST = 1280 };

static short speech[HIGHEST_RATE * SECONDS];
static unsigned char packets[FRAMES][LONGEST];
static int lengths[FRAMES];
static uint64_t hash;

static void take(const void *data, int length)
{
    const unsigned char *bytes = data;
    for (int i = 0; i < length; i++) hash = (hash ^ bytes[i]) * 1099511628211u;
}

static double peak(double hertz, double centre, double width)
{
    double off = (hertz - centre) / width;
    return 1 / (1 + off * off);
}

/* A pitch that glides, three formants that move, breath, syllables and pauses. */
static void speak(int rate)
{
    double phase = 0;
    uint32_t seed = 7;
    for (int i = 0; i < rate * SECONDS; i++) {
        double t = (double)i / rate, sum = 0;
        double pitch = 120 + 35 * sin(2 * M_PI * 0.7 * t) + 10 * sin(2 * M_PI * 3.1 * t);
        double syllable = fmax(0, sin(2 * M_PI * 4.3 * t)) * (sin(2 * M_PI * 0.45 * t) > -0.6);
        phase += pitch / rate;
        for (int harmonic = 1; harmonic * pitch < fmin(7000, rate / 2.2); harmonic++) {
            double hertz = harmonic * pitch;
            sum += (peak(hertz, 550 + 200 * sin(2 * M_PI * 1.3 * t), 110) + 0.6 * peak(hertz, 1500 + 500 * sin(2 * M_PI * 0.9 * t), 160)
                    + 0.3 * peak(hertz, 2600, 220) + 0.1 * peak(hertz, 5000, 900)) * sin(2 * M_PI * harmonic * phase);
        }
        seed = seed * 1664525 + 1013904223;
        sum += ((seed >> 8) / 16777216.0 - 0.5) * 0.25;
        speech[i] = (short)fmax(-32768, fmin(32767, 5000 * syllable * sum + (seed >> 28)));
    }
}

enum { SIGNALS = 10, SIGNAL_FRAMES = 100 };

static const char *const signals[SIGNALS] = {
    "silence", "tone", "dual-tone", "sweep", "noise", "faint-noise", "square", "alternating", "clicks", "bursts",
};

/* As loud as can be: what an encoder computes in 16 and 32 bits wraps and saturates there, as it does with speech never. */
static void disturb(int signal)
{
    uint32_t seed = 1;
    for (int i = 0; i < SIGNAL_FRAMES * 320; i++) {
        double t = i / 16000.0;
        seed = seed * 1664525 + 1013904223;
        short random = (short)(seed >> 16);
        switch (signal) {
        case 1: speech[i] = (short)(20000 * sin(2 * M_PI * 440 * t)); break;
        case 2: speech[i] = (short)(16000 * (sin(2 * M_PI * 697 * t) + sin(2 * M_PI * 1336 * t))); break;
        case 3: speech[i] = (short)(32767 * sin(2 * M_PI * (50 + 2000 * t) * t)); break;
        case 4: speech[i] = random; break;
        case 5: speech[i] = random >> 8; break;
        case 6: speech[i] = i / (20 + i / 4000 * 7) % 2 ? 32767 : -32768; break;
        case 7: speech[i] = i % 2 ? 32767 : -32768; break;
        case 8: speech[i] = i % 163 == 0 ? 32767 : i % 1000 == 7 ? -32768 : 0; break;
        case 9: speech[i] = i / 1600 % 3 == 0 ? random : i / 1600 % 3 == 1 ? (random < 0 ? -32768 : 32767) : 0; break;
        default: speech[i] = 0;
        }
    }
}

/* The libraries filter their input where it lies. */
static short *frame(int rate, int index)
{
    static short copy[HIGHEST_RATE / 50];
    for (int i = 0; i < rate / 50; i++) copy[i] = speech[index * (rate / 50) + i];
    return copy;
}

static void encode_opus(int rate, int complexity, int bits, int redundant, int frames)
{
    int error;
    OpusEncoder *encoder = opus_encoder_create(rate, 1, OPUS_APPLICATION_VOIP, &error);
    opus_encoder_ctl(encoder, OPUS_SET_BITRATE(bits));
    opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY(complexity));
    opus_encoder_ctl(encoder, OPUS_SET_INBAND_FEC(redundant));
    opus_encoder_ctl(encoder, OPUS_SET_PACKET_LOSS_PERC(redundant ? 10 : 0));
    for (int i = 0; i < frames; i++) {
        lengths[i] = opus_encode(encoder, frame(rate, i), rate / 50, packets[i], LONGEST);
        take(packets[i], lengths[i]);
    }
    opus_encoder_destroy(encoder);
}

static void decode_opus(int rate)
{
    int error;
    short samples[HIGHEST_RATE / 50];
    OpusDecoder *decoder = opus_decoder_create(rate, 1, &error);
    for (int i = 0; i < FRAMES; i++) {
        int lost = i % 20 == 19, restored = i % 40 == 39 && i + 1 < FRAMES;
        unsigned char *packet = !lost ? packets[i] : restored ? packets[i + 1] : NULL;
        int length = !lost ? lengths[i] : restored ? lengths[i + 1] : 0;
        take(samples, 2 * opus_decode(decoder, packet, length, samples, rate / 50, restored));
    }
    opus_decoder_destroy(decoder);
}

static void encode_wideband(int mode, int pauses, int frames)
{
    void *encoder = E_IF_init();
    for (int i = 0; i < frames; i++) take(packets[i], lengths[i] = E_IF_encode(encoder, mode, frame(16000, i), packets[i], pauses));
    E_IF_exit(encoder);
}

static void decode_wideband(void)
{
    short samples[320];
    unsigned char lost[64] = { 14 << 3 };
    void *decoder = D_IF_init();
    for (int i = 0; i < FRAMES; i++) {
        D_IF_decode(decoder, i % 20 == 19 ? lost : packets[i], samples, 0);
        take(samples, sizeof samples);
    }
    D_IF_exit(decoder);
}

static void encode_narrowband(int mode, int frames)
{
    void *encoder = Encoder_Interface_init(1);
    for (int i = 0; i < frames; i++) take(packets[i], lengths[i] = Encoder_Interface_Encode(encoder, mode, frame(8000, i), packets[i], 0));
    Encoder_Interface_exit(encoder);
}

static void decode_narrowband(void)
{
    short samples[160];
    unsigned char lost[64] = { 15 << 3 };
    void *decoder = Decoder_Interface_init();
    for (int i = 0; i < FRAMES; i++) {
        Decoder_Interface_Decode(decoder, i % 20 == 19 ? lost : packets[i], samples, 0);
        take(samples, sizeof samples);
    }
    Decoder_Interface_exit(decoder);
}

/* Any bits are a frame, of speech that no encoder makes: of types 0 to MODES, of silence the last, or lost. */
#define DECODE_ANYTHING(init, decode, leave, samples, modes, absent)                       \
    do {                                                                                    \
        uint32_t seed = 1;                                                                  \
        for (int stream = 0; stream < 10 * (modes + 1); stream++) {                         \
            void *decoder = init();                                                         \
            for (int i = 0; i < SIGNAL_FRAMES; i++) {                                       \
                unsigned char packet[64];                                                   \
                short heard[samples];                                                       \
                for (int at = 0; at < 64; at++) packet[at] = (seed = seed * 1664525 + 1013904223) >> 24; \
                int type = i % 25 == 24 ? absent : stream % (modes + 1);                    \
                packet[0] = type << 3 | (i % 30 == 29 ? 0 : 4);                             \
                decode(decoder, packet, heard, 0);                                          \
                take(heard, sizeof heard);                                                  \
            }                                                                               \
            leave(decoder);                                                                 \
        }                                                                                   \
    } while (0)

static void decode_anything(void)
{
    DECODE_ANYTHING(D_IF_init, D_IF_decode, D_IF_exit, 320, 9, 14 + stream % 2);
    DECODE_ANYTHING(Decoder_Interface_init, Decoder_Interface_Decode, Decoder_Interface_exit, 160, 8, 15);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

static int rounds, training;

/* WEIGHT is how many times it is done to train. */
#define WORK(name, weight, ...)                                                     \
    do {                                                                            \
        double best = 1e12;                                                         \
        for (int round = 0; round < (training ? weight : rounds > 0 ? rounds : 1); round++) { \
            double from = now();                                                    \
            hash = 14695981039346656037u;                                           \
            __VA_ARGS__;                                                            \
            best = fmin(best, (now() - from) / FRAMES);                             \
        }                                                                           \
        printf("%s %016llx", name, (unsigned long long)hash);                       \
        if (rounds > 0) printf(" %.1f", best);                                      \
        putchar('\n');                                                              \
    } while (0)

int main(int argc, char **argv)
{
    char name[64];
    training = argc > 1 && strcmp(argv[1], "train") == 0;
    rounds = argc > 1 ? atoi(argv[1]) : 0;
    speak(48000);
    WORK("opus-encode-48000-complexity-10", 1, encode_opus(48000, 10, 32000, 1, FRAMES));
    for (int rate = 8000; rate <= 48000; rate += rate == 8000 ? 8000 : 32000) {
        sprintf(name, "opus-decode-%d", rate);
        WORK(name, rate == 16000 ? 6 : 2, decode_opus(rate));
    }
    speak(16000);
    for (int complexity = 0; complexity <= 10; complexity += 5) {
        sprintf(name, "opus-encode-16000-complexity-%d-redundant", complexity);
        WORK(name, 1, encode_opus(16000, complexity, 24000, 1, FRAMES));
        sprintf(name, "opus-encode-16000-complexity-%d", complexity);
        WORK(name, complexity == 5 ? 6 : 2, encode_opus(16000, complexity, 24000, 0, FRAMES));
    }
    WORK("opus-decode-wideband", 2, decode_opus(16000));
    for (int mode = 0; mode <= 8; mode++) {
        sprintf(name, "amr-wb-encode-%d", mode);
        WORK(name, mode == 2 ? 8 : 1, encode_wideband(mode, 1, FRAMES));
        sprintf(name, "amr-wb-decode-%d", mode);
        WORK(name, mode == 2 ? 8 : 1, decode_wideband());
    }
    speak(8000);
    for (int complexity = 0; complexity <= 10; complexity += 5) {
        sprintf(name, "opus-encode-8000-complexity-%d", complexity);
        WORK(name, complexity == 5 ? 3 : 1, encode_opus(8000, complexity, 16000, 0, FRAMES));
    }
    for (int mode = 0; mode <= 7; mode++) {
        sprintf(name, "amr-encode-%d", mode);
        WORK(name, mode == 7 ? 4 : 1, encode_narrowband(mode, FRAMES));
        sprintf(name, "amr-decode-%d", mode);
        WORK(name, mode == 7 ? 4 : 1, decode_narrowband());
    }
    for (int signal = 0; signal < SIGNALS && !training && rounds == 0; signal++) {
        disturb(signal);
        hash = 14695981039346656037u;
        for (int complexity = 0; complexity <= 10; complexity++) encode_opus(16000, complexity, 24000, complexity % 2, SIGNAL_FRAMES);
        printf("opus-encode-of-%s %016llx\n", signals[signal], (unsigned long long)hash);
        hash = 14695981039346656037u;
        for (int mode = 0; mode <= 8; mode++)
            for (int pauses = 0; pauses <= 1; pauses++) encode_wideband(mode, pauses, SIGNAL_FRAMES);
        for (int mode = 0; mode <= 7; mode++) encode_narrowband(mode, SIGNAL_FRAMES);
        printf("amr-encode-of-%s %016llx\n", signals[signal], (unsigned long long)hash);
    }
    if (!training && rounds == 0) {
        hash = 14695981039346656037u;
        decode_anything();
        printf("amr-decode-of-anything %016llx\n", (unsigned long long)hash);
    }
    return 0;
}
