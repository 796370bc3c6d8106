using Byon.MediaNode.Core.Media;

namespace Byon.MediaNode.Core.Protocol.Sdp;

/// <summary>Which profiles may carry a call's video towards the network.</summary>
internal sealed record VideoSecurity(bool MayBePlain, bool MayBeSecured)
{
    public static VideoSecurity Plain { get; } = new(MayBePlain: true, MayBeSecured: false);

    public static VideoSecurity Secured { get; } = new(MayBePlain: false, MayBeSecured: true);

    /// <summary>In an offer of the peer: what is said beside secured audio is not shown in the open.</summary>
    /// <param name="audio">The audio of the offer; null where it has none.</param>
    public static VideoSecurity Of(SdesTerms? sdes, MediaDescription? audio) => new(
        MayBePlain: sdes is not { IsRequired: true } && audio?.IsSecured() != true, MayBeSecured: sdes?.Video is not null);

    public bool Allows(MediaDescription media) => media.Profile switch
    {
        "RTP/AVP" or "RTP/AVPF" => MayBePlain,
        "RTP/SAVP" or "RTP/SAVPF" => MayBeSecured,
        _ => false,
    };
}
