using System.Net;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Location;
using Byon.Tests.Rig;

namespace Byon.Tests.EndToEnd;

/// <summary>Registrations against sipp as P-CSCF and registrar. Timers are ten times faster, so that silence is short.</summary>
public sealed class SippRegistrationTests() : SippRig(options => options with
{
    Timers = new SipTimers(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(400), TimeSpan.FromMilliseconds(500)),
    TellsDialogs = true,
})
{
    [Fact]
    public void ARegistrarThatRefusesChallengesAndGrantsIsFollowed()
    {
        using var sipp = SippPeer.Start("registrar", Port.Local);
        var id = Port.Agent.Register(SipPort.Now, Line(sipp.Local));
        Assert.Equal(TimeSpan.FromSeconds(900), Port.WaitFor<RegistrationAccepted>().Expires);
        Port.Agent.Unregister(SipPort.Now, id);
        Port.WaitFor<RegistrationRemoved>();
        Succeeds(sipp);
    }

    [Fact]
    public void TheNetworkTellsThatItEndedTheRegistration()
    {
        using var sipp = SippPeer.Start("uas-registration-state", Port.Local, calls: 2);
        Port.Agent.Register(SipPort.Now, Line(sipp.Local));
        Port.WaitFor<RegistrationAccepted>();
        Assert.Contains("rejected", Port.WaitFor<RegistrationFailed>().Phrase, StringComparison.Ordinal);
        Succeeds(sipp);
    }

    [Theory]
    [InlineData("uas-refuses-register-503")]
    [InlineData("uas-refuses-register-504")]
    [InlineData("uas-silent")]
    public void ANextHopThatCannotServeIsLeftForTheSecond(string scenario)
    {
        using var first = SippPeer.Start(scenario, Port.Local);
        using var second = SippPeer.Start("registrar", Port.Local);
        Port.Agent.UseNextHops([Hop(first.Local, 0), Hop(second.Local, 1)]);
        var id = Port.Agent.Register(SipPort.Now, Line(first.Local));
        Port.WaitFor<RegistrationAccepted>();
        Succeeds(first);
        Port.Agent.Unregister(SipPort.Now, id);
        Port.WaitFor<RegistrationRemoved>();
        Succeeds(second);
    }

    [Fact]
    public void ACallThatANextHopRefusesGoesOverTheSecond()
    {
        using var first = SippPeer.Start("uas-refuses-invite-503", Port.Local);
        using var second = SippPeer.Start("uas-reliable-progress", Port.Local);
        Port.Agent.UseNextHops([Hop(first.Local, 0), Hop(second.Local, 1)]);
        var session = Invite(Port.Agent.RegisterStatic(Line(first.Local)));
        Port.WaitFor<SessionAnswered>();
        Succeeds(first);
        HangUp(session);
        Succeeds(second);
    }

    [Fact]
    public void AWatcherIsToldOfADevicesCalls()
    {
        Port.Agent.RegisterStatic(Line(Port.Local));
        using var sipp = SippPeer.Start("uac-watches-dialogs", Port.Local);
        Succeeds(sipp);
    }

    private static SipHop Hop(IPEndPoint address, int rank) => new(new SipFlow(SipTransport.Udp, address), "ims.test", rank, 0);
}
