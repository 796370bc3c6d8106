namespace Byon.MediaNode.Core.Media.G722;

/// <summary>The tables of ITU-T G.722.</summary>
internal static class G722Tables
{
    /// <summary>Table 4: half of the 24 taps of the quadrature mirror filters, which are symmetric.</summary>
    public static readonly short[] Mirror = [3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11];

    /// <summary>ILB, table of inverse logarithms.</summary>
    public static readonly short[] InverseLog =
    [
        2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834,
        2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008,
    ];

    /// <summary>Q6, decision levels of the lower band's quantizer.</summary>
    public static readonly short[] LowDecisions =
    [
        35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714,
        786, 858, 940, 1023, 1121, 1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919,
    ];

    /// <summary>Q6-1, values of the 6-bit codes from 4 to 31 and, with the other sign, from 32 on.</summary>
    public static readonly short[] LowValues =
    [
        24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856, 7192, 6576, 6000,
        5456, 4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136,
    ];

    /// <summary>Q4-1, values of the 4-bit codes that both sides adapt by.</summary>
    public static readonly short[] LowCoarse =
        [0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240, 2584, 1200, 0];

    /// <summary>WL, logarithmic steps by the magnitude of the 4-bit code.</summary>
    public static readonly short[] LowSteps =
        [-60, 3042, 1198, 538, 334, 172, 58, -30, 3042, 1198, 538, 334, 172, 58, -30, -60];

    /// <summary>Q2-1, values of the 2-bit codes of the higher band.</summary>
    public static readonly short[] HighValues = [-7408, -1616, 7408, 1616];

    /// <summary>WH, logarithmic steps by the 2-bit code.</summary>
    public static readonly short[] HighSteps = [798, -214, 798, -214];

    /// <summary>Q2, the decision level of the higher band's quantizer.</summary>
    public const int HighDecision = 564;
}
