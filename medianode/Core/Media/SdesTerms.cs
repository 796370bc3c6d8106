using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.MediaNode.Core.Media;

/// <summary>How a call may secure its media towards the network with keys in the SDP (RFC 4568): a key of ours for each suite, for the call's life.</summary>
/// <param name="IsRequired">Plain RTP is neither offered nor taken; otherwise it is offered, and the peer decides in its own offers.</param>
public sealed record SdesTerms(bool IsRequired, SrtpMasterKey Long, SrtpMasterKey Short)
{
    /// <summary>The keys of the call's video: each m= line has its own (RFC 4568 §5.1.1). Null has no video beside secured audio.</summary>
    public SdesTerms? Video { get; init; }

    /// <summary>The suites in order of preference; their place is their tag in our offers.</summary>
    public static readonly IReadOnlyList<SrtpProfile> Suites = [SrtpProfile.Aes128CmHmacSha1, SrtpProfile.Aes128CmHmacSha1Short];

    public static SdesTerms Create(EntropySource entropy, bool isRequired) => new(isRequired, NewKey(entropy), NewKey(entropy))
    {
        Video = new SdesTerms(isRequired, NewKey(entropy), NewKey(entropy)),
    };

    /// <summary>What we send with under a suite.</summary>
    public SrtpMasterKey KeyFor(SrtpProfile suite) => suite == SrtpProfile.Aes128CmHmacSha1Short ? Short : Long;

    private static SrtpMasterKey NewKey(EntropySource entropy)
    {
        var bytes = new byte[SrtpProfiles.MasterKeyLength + SrtpProfile.Aes128CmHmacSha1.MasterSaltLength()];
        entropy.Fill(bytes);
        return new SrtpMasterKey(bytes.AsMemory(0, SrtpProfiles.MasterKeyLength), bytes.AsMemory(SrtpProfiles.MasterKeyLength));
    }
}
