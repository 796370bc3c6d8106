using Byon.MediaNode.Core.Protocol.Sip;
using Byon.Tests.Rig;

namespace Byon.Tests.EndToEnd;

/// <summary>Requests above 1300 bytes leave UDP for TCP, where the next hop takes it (RFC 3261 §18.1.1).</summary>
public sealed class SippLongRequestTests() : SippRig(options => options with { SwitchesToTcp = true })
{
    private static readonly string LongOffer = Offer + string.Concat(Enumerable.Repeat("a=x-much-to-say:0123456789012345678901234567890123456789\r\n", 20));

    [Fact]
    public void ALongInviteAndItsCallGoOverTcp()
    {
        using var sipp = SippPeer.Start("uas-over-tcp", Port.Local, isStream: true);
        var session = Invite(Port.Agent.RegisterStatic(Line(sipp.Local)), LongOffer);
        Port.WaitFor<SessionAnswered>();
        HangUp(session);
        Succeeds(sipp);
    }

    [Fact]
    public void AHopThatRefusesTcpGetsTheLongInviteAsADatagram()
    {
        using var sipp = Call("uas-redirects", out var session, LongOffer);
        Port.WaitFor<SessionAnswered>();
        HangUp(session);
        Succeeds(sipp);
    }
}
