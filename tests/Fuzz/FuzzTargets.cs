using Byon.Tests.Fuzz.Targets;
using Byon.Tests.Fuzz.Targets.Media;
using Byon.Tests.Fuzz.Targets.Sdp;
using Byon.Tests.Fuzz.Targets.Sip;

namespace Byon.Tests.Fuzz;

/// <summary>Everything that bytes of a network reach.</summary>
public static class FuzzTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new SipMessageTarget(), new SipStreamTarget(), new SipUriTarget(), new DigestTarget(), new MultipartTarget(), new PidfTarget(), new RegInfoTarget(),
        new SdpTarget(), new AgentTarget(), new CallsTarget(), new StunTarget(), new RtpTarget(), new RtcpTarget(), new SrtpTarget(), new AmrTarget(), new DecoderTarget(),
        new DtlsTarget(), new DnsTarget(), new MediaTarget(), new VideoTarget(),
    ];
}
