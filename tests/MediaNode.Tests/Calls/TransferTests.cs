using System.Net;
using System.Net.Http.Json;
using Byon.MediaNode;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.Platform.Control;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Tests.MediaNode.Tests.Rig;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Tests.Calls;

/// <summary>Calls that go from the browser to the subscriber's SIM phone and back, and calls the far side passes on.</summary>
[Collection(NodeTests.Name)]
public class TransferTests(NodeFixture fixture)
{
    [Fact]
    public async Task A_call_goes_to_the_phone_and_comes_back()
    {
        await using var rig = await CallRig.StartAsync(fixture);
        using var sim = new PhoneMedia(1700);
        var far = await ConnectAsync(rig);
        var onPhone = await HandOverAsync(rig, far, sim);

        rig.Reopen();
        var retrieving = await RetrieveAsync(rig, onPhone);
        var back = (await retrieving.Content.ReadFromJsonAsync(ControlJson.Default.CallRecord))!;
        Assert.Equal($"tel:{FakeIms.PhoneNumber}", back.ReceiverAddress);
        rig.Browser.Client.Connect(MonotonicClock.Now, back.AnswerSdp!);
        var offers = await WaitFor.NotNullAsync(() => rig.Ims.Events.OfType<SessionReinvited>().Where(it => it.Session == far.Session).Skip(1).FirstOrDefault());
        rig.Ims.Do((phone, now) => phone.AcceptReinvite(now, far.Session, rig.Phone.Describe()));
        await rig.HasStatusAsync(back.CallId, CallStatus.Connected);
        await WaitFor.TrueAsync(() => rig.Ims.Events.OfType<SessionEnded>().Any(it => it.Session == Sim(rig).Session));
        await WaitFor.TrueAsync(async () => (await fixture.Calls.ListOnPhoneAsync(rig.Number, CancellationToken.None)).Count == 0);
        Assert.DoesNotContain(rig.Ims.Events.OfType<SessionEnded>(), it => it.Session == far.Session);

        // One dialog, so its descriptions count on (RFC 3264 §8), whoever they came from.
        var versions = rig.Ims.Events.OfType<SessionReinvited>().Where(it => it.Session == far.Session).Select(it => OriginOf(it.Offer!)).Prepend(OriginOf(far.Offer!)).ToList();
        Assert.Single(versions.Select(origin => origin[1]).Distinct());
        Assert.Equal([0ul, 1ul, 2ul], versions.Select(origin => ulong.Parse(origin[2]) - ulong.Parse(versions[0][2])));

        rig.Phone.Heard.Clear();
        await WaitFor.TrueAsync(() =>
        {
            rig.Browser.Pump();
            return rig.Browser.Client.IsConnected;
        });
        await rig.TalkUntilAsync(offers.Offer!, () =>
            rig.PhoneHears(CallRig.BrowserTone, CallRig.PhoneTone) && rig.BrowserHears(CallRig.PhoneTone, CallRig.BrowserTone));
    }

    [Theory]
    [InlineData(486, "The phone is busy; the call goes on here.")]
    [InlineData(603, "The call was declined on the phone; it goes on here.")]
    public async Task A_phone_that_does_not_take_the_call_leaves_it_in_the_browser(int status, string told)
    {
        await using var rig = await CallRig.StartAsync(fixture);
        var far = await ConnectAsync(rig);
        var callId = await BeginAsync(rig);
        var sim = await WaitFor.NotNullAsync(() => rig.Ims.InvitationOf(rig.Number));
        rig.Ims.Do((phone, now) => phone.End(now, sim.Session, status));
        await rig.LogWithAsync(data => data is CallEventData { Status: CallStatus.Connected } call && call.CallId == callId && call.Reason == told);
        Assert.DoesNotContain(rig.Ims.Events, it => it is SessionReinvited or SessionEnded { Ending.Kind: SipEndingKind.RemoteBye });
        await rig.TalkUntilAsync(far.Offer!, () => rig.PhoneHears(CallRig.BrowserTone, CallRig.PhoneTone));
    }

    [Fact]
    public async Task A_far_side_that_cannot_talk_to_the_phone_stays_with_the_browser()
    {
        await using var rig = await CallRig.StartAsync(fixture);
        using var sim = new PhoneMedia(1700);
        var far = await ConnectAsync(rig);
        var callId = await BeginAsync(rig);
        var ringing = await WaitFor.NotNullAsync(() => rig.Ims.InvitationOf(rig.Number));
        rig.Ims.Do((phone, now) => phone.Answer(now, ringing.Session, sim.Describe()));
        await WaitFor.TrueAsync(() => rig.Ims.Events.OfType<SessionReinvited>().Any());
        rig.Ims.Do((phone, now) => phone.RejectReinvite(now, far.Session, 488));
        await rig.LogWithAsync(data => data is CallEventData call && call.CallId == callId && call.Reason?.Contains("cannot talk to the phone", StringComparison.Ordinal) == true);
        await WaitFor.TrueAsync(() => rig.Ims.Events.OfType<SessionEnded>().Any(it => it.Session == ringing.Session));
        await rig.TalkUntilAsync(far.Offer!, () => rig.BrowserHears(CallRig.PhoneTone, CallRig.BrowserTone));
    }

    [Fact]
    public async Task Who_hangs_up_while_the_phone_rings_hangs_up_everywhere()
    {
        await using var rig = await CallRig.StartAsync(fixture);
        var far = await ConnectAsync(rig);
        var callId = await BeginAsync(rig);
        var sim = await WaitFor.NotNullAsync(() => rig.Ims.InvitationOf(rig.Number));
        await rig.Node.DeleteCallAsync(callId);
        await WaitFor.TrueAsync(() =>
            rig.Ims.Events.OfType<SessionEnded>().Any(it => it.Session == sim.Session && it.Ending.Kind == SipEndingKind.RemoteCancel)
            && rig.Ims.Events.OfType<SessionEnded>().Any(it => it.Session == far.Session && it.Ending.Kind == SipEndingKind.RemoteBye));
    }

    [Fact]
    public async Task A_transfer_can_be_called_off_while_the_phone_rings_and_then_not_any_more()
    {
        await using var rig = await CallRig.StartAsync(fixture);
        await ConnectAsync(rig);
        var callId = await BeginAsync(rig);
        Assert.Equal(ControlFault.IncompatibleState, await TestNode.FaultOf(await TransferAsync(rig, callId)));
        Assert.Equal(ControlFault.IncompatibleState, await TestNode.FaultOf(await rig.Node.PutStatusAsync(callId, CallStatus.Hold)));
        var path = $"{NodeControlRoutes.Calls}/{callId}/transfer";
        Assert.Equal(HttpStatusCode.NoContent, (await rig.Node.SendAsync(HttpMethod.Delete, path)).StatusCode);
        await rig.LogWithAsync(data => data is CallEventData call && call.Reason?.Contains("not handed over", StringComparison.Ordinal) == true);
        Assert.Equal(ControlFault.IncompatibleState, await TestNode.FaultOf(await rig.Node.SendAsync(HttpMethod.Delete, path)));
    }

    [Fact]
    public async Task On_the_phone_what_one_side_offers_reaches_the_other_and_so_does_the_end()
    {
        await using var rig = await CallRig.StartAsync(fixture);
        using var sim = new PhoneMedia(1700);
        var far = await ConnectAsync(rig);
        await HandOverAsync(rig, far, sim);

        rig.Ims.Do((phone, now) => phone.Reinvite(now, Sim(rig).Session, sim.Describe("sendonly")));
        var held = await WaitFor.NotNullAsync(() => rig.Ims.Events.OfType<SessionReinvited>().Where(it => it.Session == far.Session).Skip(1).FirstOrDefault());
        Assert.Contains("a=sendonly", held.Offer, StringComparison.Ordinal);
        rig.Ims.Do((phone, now) => phone.AcceptReinvite(now, far.Session, rig.Phone.Describe("recvonly")));
        var answer = await WaitFor.NotNullAsync(() => rig.Ims.Events.OfType<SessionReinviteAnswered>().FirstOrDefault());
        Assert.Contains("a=recvonly", answer.Answer, StringComparison.Ordinal);

        rig.Ims.Do((phone, now) => phone.End(now, far.Session));
        await WaitFor.TrueAsync(() => rig.Ims.Events.OfType<SessionEnded>().Any(it => it.Session == Sim(rig).Session && it.Ending.Kind == SipEndingKind.RemoteBye));
        await WaitFor.TrueAsync(async () => (await fixture.Calls.ListOnPhoneAsync(rig.Number, CancellationToken.None)).Count == 0);
    }

    [Fact]
    public async Task The_far_side_passes_the_subscriber_on_and_hears_how_it_went()
    {
        const string Third = "+34600777888";
        await using var rig = await StartAsync("Node__Calls__Referrals", "true");
        var far = await ConnectAsync(rig);
        rig.Ims.Insert(Third);
        rig.Ims.Do((phone, now) => phone.Refer(now, far.Session, ReferTarget.Write(new SipUri($"tel:{Third}"))));
        var third = await WaitFor.NotNullAsync(() => rig.Ims.InvitationOf(Third));
        rig.Ims.Do((phone, now) => phone.Answer(now, third.Session, rig.Phone.Describe()));
        await rig.LogWithAsync(data => data is CallEventData { Status: CallStatus.Connected } call && call.ReceiverAddress == $"tel:{Third}");
        await WaitFor.TrueAsync(() => rig.Ims.Events.OfType<SessionEnded>().Any(it => it.Session == far.Session));
        Assert.Equal(new SessionReferNotified(far.Session, 200, true), rig.Ims.Events.OfType<SessionReferNotified>().Last());

        rig.Phone.Heard.Clear();
        rig.BrowserHeard.Clear();
        await rig.TalkUntilAsync(third.Offer!, () =>
            rig.PhoneHears(CallRig.BrowserTone, CallRig.PhoneTone) && rig.BrowserHears(CallRig.PhoneTone, CallRig.BrowserTone));
    }

    [Fact]
    public async Task A_referral_to_a_call_that_is_over_is_told_as_such_and_changes_nothing()
    {
        const string Third = "+34600777888";
        await using var rig = await StartAsync("Node__Calls__Referrals", "true");
        var far = await ConnectAsync(rig);
        rig.Ims.Insert(Third);
        var target = ReferTarget.Write(new SipUri($"sip:{Third}@ims.test"), new SipHeader(ReplacesHeader.Name, "gone@host;to-tag=1;from-tag=2"));
        rig.Ims.Do((phone, now) => phone.Refer(now, far.Session, target));
        await WaitFor.TrueAsync(() => rig.Ims.Events.OfType<SessionReferNotified>().LastOrDefault() == new SessionReferNotified(far.Session, 481, true));
        Assert.Null(rig.Ims.InvitationOf(Third));
        await rig.TalkUntilAsync(far.Offer!, () => rig.PhoneHears(CallRig.BrowserTone, CallRig.PhoneTone));
    }

    [Fact]
    public async Task Nobody_is_passed_on_unless_the_operator_allows_it()
    {
        await using var rig = await CallRig.StartAsync(fixture);
        var far = await ConnectAsync(rig);
        rig.Ims.Do((phone, now) => phone.Refer(now, far.Session, ReferTarget.Write(new SipUri("tel:+34600777888"))));
        var told = await WaitFor.NotNullAsync(() => rig.Ims.Events.OfType<SessionReferNotified>().FirstOrDefault());
        Assert.Equal((603, true), (told.Status, told.IsFinal));
    }

    [Fact]
    public async Task An_invite_takes_the_far_sides_place()
    {
        await using var rig = await CallRig.StartAsync(fixture);
        var far = await ConnectAsync(rig);
        ReplacesHeader? replaces = null;
        rig.Ims.Do((phone, now) =>
        {
            var dialog = phone.Save(now, far.Session)!.Dialog;
            replaces = new ReplacesHeader(dialog.CallId, dialog.RemoteTag, dialog.LocalTag);
        });
        var other = rig.Ims.Call(rig.Number, rig.Phone.Describe(), replaces: replaces);
        var answered = await WaitFor.NotNullAsync(() => rig.Ims.Events.OfType<SessionAnswered>().FirstOrDefault(it => it.Session == other));
        await WaitFor.TrueAsync(() => rig.Ims.Events.OfType<SessionEnded>().Any(it => it.Session == far.Session && it.Ending.Kind == SipEndingKind.RemoteBye));
        rig.Phone.Heard.Clear();
        rig.BrowserHeard.Clear();
        await rig.TalkUntilAsync(answered.Sdp!, () =>
            rig.PhoneHears(CallRig.BrowserTone, CallRig.PhoneTone) && rig.BrowserHears(CallRig.PhoneTone, CallRig.BrowserTone));
    }

    [Fact]
    public async Task Where_the_operator_says_so_the_far_side_calls_the_phone_itself()
    {
        await using var rig = await StartAsync("Node__Calls__Transfer", "refer");
        var far = await ConnectAsync(rig);
        var callId = await BeginAsync(rig);
        var referred = await WaitFor.NotNullAsync(() => rig.Ims.Events.OfType<SessionReferred>().FirstOrDefault());
        Assert.Equal(rig.Number, referred.Target.Uri.TelephoneNumber);
        rig.Ims.Do((phone, now) =>
        {
            phone.AcceptRefer(now, far.Session);
            phone.NotifyRefer(now, far.Session, 200);
        });
        Assert.Equal("transferred", (await rig.HasStatusAsync(callId, CallStatus.Terminated)).Ending!.Reason);
        await WaitFor.TrueAsync(() => rig.Ims.Events.OfType<SessionEnded>().Any(it => it.Session == far.Session));
    }

    [Theory]
    [InlineData("here", 486)]
    [InlineData("everywhere", 600)]
    public async Task A_device_in_a_call_is_as_busy_as_the_operator_says(string setting, int status)
    {
        await using var rig = await StartAsync("Node__Calls__Busy", setting);
        await ConnectAsync(rig);
        var second = rig.Ims.Call(rig.Number, rig.Phone.Describe());
        var ended = await WaitFor.NotNullAsync(() => rig.Ims.Events.OfType<SessionEnded>().FirstOrDefault(it => it.Session == second));
        Assert.Equal(status, ended.Ending.Status);
    }

    [Theory]
    [InlineData("busy", 486)]
    [InlineData("unavailable", 480)]
    public async Task Declining_says_what_the_operator_wants_it_to_say(string setting, int status)
    {
        await using var rig = await StartAsync("Node__Calls__Decline", setting);
        var session = rig.Ims.Call(rig.Number, rig.Phone.Describe());
        var log = await rig.LogWithAsync(data => data is CallEventData { Invitation: true });
        await rig.Node.DeleteCallAsync(log.Select(entry => entry.Data).OfType<CallEventData>().First().CallId);
        var ended = await WaitFor.NotNullAsync(() => rig.Ims.Events.OfType<SessionEnded>().FirstOrDefault(it => it.Session == session));
        Assert.Equal(status, ended.Ending.Status);
    }

    private string _callId = "";

    private async Task<CallRig> StartAsync(string setting, string value)
    {
        var ims = new FakeIms();
        var node = TestNode.Create(fixture, ims.NextHop);
        node.Settings[setting] = value;
        await node.StartHereAsync();
        return await CallRig.StartAsync(fixture, node, ims);
    }

    private async Task<SessionInvited> ConnectAsync(CallRig rig)
    {
        rig.Ims.Insert(rig.Number);
        _callId = (await rig.ConnectAsync()).CallId;
        return rig.Ims.InvitationOf(FakeIms.PhoneNumber)!;
    }

    private async Task<string> BeginAsync(CallRig rig)
    {
        Assert.Equal(HttpStatusCode.OK, (await TransferAsync(rig, _callId)).StatusCode);
        return _callId;
    }

    private async Task<string> HandOverAsync(CallRig rig, SessionInvited far, PhoneMedia sim)
    {
        var callId = await BeginAsync(rig);
        var ringing = await WaitFor.NotNullAsync(() => rig.Ims.InvitationOf(rig.Number));
        Assert.Null(ringing.Offer);
        rig.Ims.Do((phone, now) => phone.Answer(now, ringing.Session, sim.Describe()));
        var offered = await WaitFor.NotNullAsync(() => rig.Ims.Events.OfType<SessionReinvited>().FirstOrDefault());
        Assert.Equal((far.Session, PhoneMedia.AudioOf(sim.Describe())), (offered.Session, PhoneMedia.AudioOf(offered.Offer!)));
        rig.Ims.Do((phone, now) => phone.AcceptReinvite(now, far.Session, rig.Phone.Describe()));
        var acknowledged = await WaitFor.NotNullAsync(() => rig.Ims.Events.OfType<SessionAcknowledged>().FirstOrDefault(it => it.Session == ringing.Session));
        Assert.Equal(PhoneMedia.AudioOf(rig.Phone.Describe()), PhoneMedia.AudioOf(acknowledged.Sdp!));
        Assert.Equal("transferred", (await rig.HasStatusAsync(callId, CallStatus.Terminated)).Ending!.Reason);
        CallRecord? onPhone = null;
        await WaitFor.TrueAsync(async () => (onPhone = (await fixture.Calls.ListOnPhoneAsync(rig.Number, CancellationToken.None)).SingleOrDefault()) is not null);
        Assert.Equal(CallStatus.Connected, onPhone!.Status);
        return onPhone.CallId;
    }

    private static Task<HttpResponseMessage> TransferAsync(CallRig rig, string callId) =>
        rig.Node.SendAsync(HttpMethod.Post, $"{NodeControlRoutes.Calls}/{callId}/transfer");

    private static async Task<HttpResponseMessage> RetrieveAsync(CallRig rig, string onPhone)
    {
        var response = await rig.Node.SendAsync(
            HttpMethod.Post, $"{NodeControlRoutes.PhoneCalls}/{onPhone}/retrieve",
            new RetrieveCallCommand(Guid.NewGuid().ToString(), rig.Registration, rig.BrowserDescription("actpass")), ControlJson.Default.RetrieveCallCommand);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return response;
    }

    private static SessionInvited Sim(CallRig rig) => rig.Ims.InvitationOf(rig.Number)!;

    private static string[] OriginOf(string sdp) => sdp.Split("\r\n").First(line => line.StartsWith("o=", StringComparison.Ordinal)).Split(' ');
}
