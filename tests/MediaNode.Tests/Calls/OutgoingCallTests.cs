using System.Net;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.Platform.Control;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Tests.MediaNode.Tests.Rig;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Tests.Calls;

[Collection(NodeTests.Name)]
public class OutgoingCallTests(NodeFixture fixture)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_browser_calls_a_phone_and_each_hears_the_other(bool transcoded)
    {
        await using var rig = await CallRig.StartAsync(fixture, opus: transcoded);
        var call = await rig.ConnectAsync();
        Assert.Equal(CallStatus.Initial, call.Status);
        Assert.Contains("a=ice-lite", call.AnswerSdp, StringComparison.Ordinal);
        var invited = rig.Ims.Invitation!;
        Assert.Equal(rig.Number, invited.Caller.User);

        await rig.TalkUntilAsync(invited.Offer!, () =>
            rig.PhoneHears(CallRig.BrowserTone, CallRig.PhoneTone) && rig.BrowserHears(CallRig.PhoneTone, CallRig.BrowserTone));

        rig.Ims.Do((phone, now) => phone.End(now, invited.Session));
        var ended = await rig.HasStatusAsync(call.CallId, CallStatus.Terminated);
        Assert.Equal(new CallEnding(CallEndClass.Success, "remote-hangup", "BYE"), ended.Ending);
        Assert.NotNull(ended.EndedAt);
        Assert.Equal((transcoded ? "Opus" : "Pcma", "Pcma"), (ended.Quality!.Browser!.Codec, ended.Quality.Network!.Codec));
        // How good it was is the machine's business.
        Assert.InRange(ended.Quality.Network.Mos, 1, 4.5);
        var log = await rig.LogWithAsync(data => data is CallEventData { Status: CallStatus.Terminated });
        Assert.Equal([CallStatus.Connected, CallStatus.Terminated], log.Select(entry => ((CallEventData)entry.Data).Status));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_key_pressed_in_the_browser_reaches_the_phone_from_start_to_end(bool transcoded)
    {
        await using var rig = await CallRig.StartAsync(fixture, opus: transcoded);
        await rig.ConnectAsync();
        var offer = rig.Ims.Invitation!.Offer!;
        await rig.TalkUntilAsync(offer, () => rig.Phone.Heard.Count > 1_600);
        rig.Press(7);
        await rig.TalkUntilAsync(offer, () => rig.Phone.Keys.Count(key => key.End) >= 3);
        Assert.All(rig.Phone.Keys, key => Assert.Equal('7', key.Digit));
        Assert.False(rig.Phone.Keys[0].End);
        Assert.Equal(800, rig.Phone.Keys[^1].Duration);
        var heard = rig.Phone.Heard.Count;
        await rig.TalkUntilAsync(offer, () => rig.Phone.Heard.Count > heard + 1_600);
    }

    [Fact]
    public async Task Ringing_and_early_media_are_told_in_order()
    {
        await using var rig = await CallRig.StartAsync(fixture);
        var call = await rig.Node.StartCallAsync(rig.Registration, rig.BrowserDescription("actpass"));
        var invited = await WaitFor.NotNullAsync(() => rig.Ims.Invitation);
        rig.Ims.Do((phone, now) => phone.Progress(now, invited.Session, 183, rig.Phone.Describe()));
        rig.Ims.Do((phone, now) => phone.Progress(now, invited.Session, 180, null));
        rig.Ims.Do((phone, now) => phone.Answer(now, invited.Session, rig.Phone.Describe()));
        await rig.HasStatusAsync(call.CallId, CallStatus.Connected);
        Assert.Equal(HttpStatusCode.NoContent, (await rig.Node.DeleteCallAsync(call.CallId)).StatusCode);
        var log = await rig.LogWithAsync(data => data is CallEventData { Ending: not null });
        Assert.Equal(
            [CallStatus.InProgress, CallStatus.Ringing, CallStatus.Connected, CallStatus.Terminated],
            log.Select(entry => ((CallEventData)entry.Data).Status));
        await WaitFor.TrueAsync(() => rig.Ims.Events.OfType<SessionEnded>().Any(ended => ended.Ending.Kind == SipEndingKind.RemoteBye));
    }

    [Fact]
    public async Task A_busy_phone_ends_the_call_with_its_sip_line()
    {
        await using var rig = await CallRig.StartAsync(fixture);
        var call = await rig.Node.StartCallAsync(rig.Registration, rig.BrowserDescription("actpass"));
        var invited = await WaitFor.NotNullAsync(() => rig.Ims.Invitation);
        rig.Ims.Do((phone, now) => phone.End(now, invited.Session, 486));
        var ended = await rig.HasStatusAsync(call.CallId, CallStatus.Busy);
        Assert.Equal(new CallEnding(CallEndClass.Network, "busy", "SIP 486 Busy Here"), ended.Ending);
    }

    [Fact]
    public async Task A_network_that_refuses_a_call_for_its_video_is_called_without()
    {
        await using var rig = await CallRig.StartAsync(fixture);
        var call = await rig.Node.StartCallAsync(rig.Registration, WithVideo(rig.BrowserDescription("actpass"), "sendrecv"));
        var invited = await WaitFor.NotNullAsync(() => rig.Ims.Invitation);
        Assert.Contains("m=video", invited.Offer, StringComparison.Ordinal);
        rig.Ims.Do((phone, now) => phone.End(now, invited.Session, 488));

        var again = await WaitFor.NotNullAsync(() => rig.Ims.Events.OfType<SessionInvited>().ElementAtOrDefault(1));
        Assert.DoesNotContain("m=video", again.Offer, StringComparison.Ordinal);
        rig.Ims.Do((phone, now) => phone.Answer(now, again.Session, rig.Phone.Describe()));
        await rig.HasStatusAsync(call.CallId, CallStatus.Connected);
        await rig.LogWithAsync(data => data is CallEventData { Status: CallStatus.Connected, Reason: "The other side takes no video." });

        // The new session is the call's: its end is the call's end.
        rig.Ims.Do((phone, now) => phone.End(now, again.Session));
        Assert.Equal("remote-hangup", (await rig.HasStatusAsync(call.CallId, CallStatus.Terminated)).Ending!.Reason);
    }

    [Fact]
    public async Task A_cancelled_call_stops_ringing_and_is_then_not_found()
    {
        await using var rig = await CallRig.StartAsync(fixture);
        var call = await rig.Node.StartCallAsync(rig.Registration, rig.BrowserDescription("actpass"));
        var invited = await WaitFor.NotNullAsync(() => rig.Ims.Invitation);
        rig.Ims.Do((phone, now) => phone.Progress(now, invited.Session, 180, null));
        await rig.HasStatusAsync(call.CallId, CallStatus.Ringing);
        Assert.Equal(HttpStatusCode.NoContent, (await rig.Node.DeleteCallAsync(call.CallId)).StatusCode);
        await rig.HasStatusAsync(call.CallId, CallStatus.SessionCancelled);
        await WaitFor.TrueAsync(() => rig.Ims.Events.OfType<SessionEnded>().Any(ended => ended.Ending.Kind == SipEndingKind.RemoteCancel));
        Assert.Equal(ControlFault.NotFound, await TestNode.FaultOf(await rig.Node.DeleteCallAsync(call.CallId)));
    }

    [Fact]
    public async Task An_offer_that_cannot_be_used_is_named_and_invites_nobody()
    {
        await using var rig = await CallRig.StartAsync(fixture);
        var offer = string.Join("\r\n", rig.BrowserDescription("actpass").Split("\r\n").Where(line => !line.StartsWith("a=fingerprint", StringComparison.Ordinal)));
        var response = await rig.Node.PostCallAsync(rig.Registration, offer);
        Assert.Equal(ControlFault.UnacceptableSdp, await TestNode.FaultOf(response));
        Assert.Null(rig.Ims.Invitation);
    }

    [Fact]
    public async Task A_call_for_a_registration_of_another_number_is_not_found()
    {
        await using var rig = await CallRig.StartAsync(fixture);
        var response = await rig.Node.PostCallAsync(rig.Registration with { PhoneNumber = "+34600999999" }, rig.BrowserDescription("actpass"));
        Assert.Equal(ControlFault.NotFound, await TestNode.FaultOf(response));
    }

    private static string WithVideo(string browser, string direction) => browser.Replace("BUNDLE 0", "BUNDLE 0 1", StringComparison.Ordinal)
        + $"m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\na={direction}\r\na=rtcp-mux\r\na=rtpmap:96 VP8/90000\r\n";
}
