using System.Text.Json;
using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Sip;

namespace Byon.Tests.MediaNode.Core.Tests.Calls;

/// <summary>Keys that the device presses by command, towards the network.</summary>
public class PressedKeyTests
{
    private const int Usual = 100;

    private static readonly CallOptions ByInfo = CallRig.Options with { KeysByInfo = true };

    [Fact]
    public void Keys_are_pressed_one_after_the_other()
    {
        var rig = CallRig.ConnectedOutgoing();
        Assert.Equal(CallCommandResult.Done, rig.Press(Keys("42#", duration: 200, gap: 150)));
        Assert.Equal([Pressed('4', 200)], rig.Keys);
        rig.Advance(Milliseconds(349));
        Assert.Equal([Pressed('4', 200)], rig.Keys);
        rig.Advance(Milliseconds(1));
        Assert.Equal([Pressed('4', 200), Pressed('2', 200)], rig.Keys);
        rig.Advance(Milliseconds(350));
        Assert.Equal("42#", Digits(rig));
        Assert.Null(rig.Call.NextTimeout);
    }

    [Fact]
    public void A_second_request_waits_for_the_first()
    {
        var rig = CallRig.ConnectedOutgoing();
        rig.Press(Keys("12"));
        rig.Press(Keys("3"));
        Assert.Equal("1", Digits(rig));
        rig.Advance(Milliseconds(400));
        Assert.Equal("123", Digits(rig));
    }

    [Fact]
    public void Only_a_connected_call_that_nobody_holds_takes_keys()
    {
        Refused(CallRig.Outgoing(), "Only a connected call takes keys.");
        Refused(CallRig.Incoming(), "Only a connected call takes keys.");

        var held = CallRig.ConnectedOutgoing();
        held.Put(CallState.Hold);
        Refused(held, "A hold or resume is still under way.");
        held.ReinviteAnswered(CallSdp.Phone("recvonly"));
        Refused(held, "The call is on hold.");

        var heldThere = CallRig.ConnectedOutgoing();
        heldThere.Reinvited(CallSdp.Phone("sendonly"));
        Refused(heldThere, "The call is on hold.");

        var over = CallRig.ConnectedOutgoing();
        over.End();
        Refused(over, "Only a connected call takes keys.");
    }

    [Fact]
    public void A_hold_takes_away_what_waits()
    {
        var rig = CallRig.ConnectedOutgoing();
        rig.Press(Keys("12"));
        rig.Reinvited(CallSdp.Phone("sendonly"));
        rig.Advance(Milliseconds(1_000));
        rig.Reinvited(CallSdp.Phone());
        rig.Advance(Milliseconds(1_000));
        Assert.Equal("1", Digits(rig));
        rig.Press(Keys("3"));
        Assert.Equal("13", Digits(rig));
    }

    [Fact]
    public void What_comes_again_with_its_correlator_is_pressed_once()
    {
        var rig = CallRig.ConnectedOutgoing();
        rig.Press(Keys("1", correlator: "a"));
        rig.Press(Keys("2", correlator: "b"));
        Assert.Equal(CallCommandResult.Done, rig.Press(Keys("1", correlator: "a")));
        Assert.Equal(CallFault.CorrelatorInUse, rig.Press(Keys("3", correlator: "a"))!.Fault);
        rig.Advance(Milliseconds(2_000));
        Assert.Equal("12", Digits(rig));
    }

    [Fact]
    public void Keys_that_wait_and_correlators_are_bounded()
    {
        var rig = CallRig.ConnectedOutgoing();
        var many = new string('1', 32);
        rig.Press(Keys(many, correlator: "first"));
        rig.Press(Keys(many));
        Assert.Equal(CallFault.TooManyKeys, rig.Press(Keys("12"))!.Fault);
        rig.Advance(Milliseconds(200 * 64));
        Assert.Equal(64, rig.Keys.Count);

        for (var i = 0; i < 1_000; i++)
        {
            Assert.Equal(CallCommandResult.Done, rig.Press(Keys("2", correlator: $"c{i}")));
            rig.Advance(Milliseconds(200));
        }

        Assert.InRange(rig.Call.Save()!.Keys!.Remembered.Count, 1, 32);
    }

    [Fact]
    public void Where_the_operator_says_so_a_peer_without_telephone_events_gets_INFO_one_at_a_time()
    {
        var rig = Connected(ByInfo, "8");
        rig.Press(Keys("12"));
        rig.Advance(Milliseconds(5_000));
        Assert.Equal([new SendKey('1', Milliseconds(Usual))], rig.Sip.OfType<SendKey>());
        rig.Sent(new SessionKeyAnswered(new SipSessionId(1), 200));
        Assert.Equal("12", string.Concat(rig.Sip.OfType<SendKey>().Select(key => key.Key)));
        rig.Sent(new SessionKeyAnswered(new SipSessionId(1), 200));
        Assert.Empty(rig.Keys);
        Assert.Null(rig.Call.NextTimeout);
    }

    [Fact]
    public void An_INFO_that_is_answered_at_once_still_leaves_the_key_its_time()
    {
        var rig = Connected(ByInfo, "8");
        rig.Press(Keys("12"));
        rig.Sent(new SessionKeyAnswered(new SipSessionId(1), 200));
        Assert.Single(rig.Sip.OfType<SendKey>());
        rig.Advance(Milliseconds(200));
        Assert.Equal(2, rig.Sip.OfType<SendKey>().Count());
    }

    [Theory]
    [InlineData(405)]
    [InlineData(415)]
    [InlineData(408)]
    public void A_peer_that_refuses_INFO_hears_every_key_as_a_tone(int status)
    {
        var rig = Connected(ByInfo, "8");
        rig.Press(Keys("12"));
        rig.Sent(new SessionKeyAnswered(new SipSessionId(1), status));
        Assert.Equal("1", Digits(rig));
        rig = rig.Restored();
        rig.Advance(Milliseconds(200));
        Assert.Equal("2", Digits(rig));
        Assert.Empty(rig.Sip.OfType<SendKey>());
    }

    [Theory]
    [InlineData(true, "8 101")]
    [InlineData(false, "8")]
    public void Telephone_events_come_before_INFO_and_tones_where_it_is_not_asked_for(bool byInfo, string formats)
    {
        var rig = Connected(ByInfo with { KeysByInfo = byInfo }, formats);
        rig.Press(Keys("1"));
        Assert.Equal("1", Digits(rig));
        Assert.Empty(rig.Sip.OfType<SendKey>());
    }

    [Fact]
    public void A_call_that_moves_presses_what_was_left_and_nothing_twice()
    {
        var rig = CallRig.ConnectedOutgoing();
        rig.Press(Keys("123", correlator: "a"));
        var saved = JsonSerializer.Serialize(rig.Call.Save()!.Keys);
        Assert.Equal(rig.Call.Save()!.Keys!.Waiting, JsonSerializer.Deserialize<KeyQueueState>(saved)!.Waiting);
        var heir = rig.Restored();
        heir.Advance(Milliseconds(1_000));
        Assert.Equal("23", Digits(heir));
        heir.Press(Keys("123", correlator: "a"));
        heir.Advance(Milliseconds(1_000));
        Assert.Equal("23", Digits(heir));
    }

    private static CallRig Connected(CallOptions options, string formats)
    {
        var rig = CallRig.Outgoing(options: options);
        rig.Answered(CallSdp.Phone(formats: formats));
        return rig;
    }

    private static void Refused(CallRig rig, string why)
    {
        Assert.Equal(CallCommandResult.Incompatible(why), rig.Press(Keys("1")));
        Assert.Empty(rig.Keys);
    }

    private static KeySequence Keys(string keys, int duration = Usual, int gap = Usual, string? correlator = null) =>
        new(keys, Milliseconds(duration), Milliseconds(gap), correlator);

    private static KeyPress Pressed(char key, int duration) => new(key, Milliseconds(duration), ToWebRtc: false);

    private static string Digits(CallRig rig) => string.Concat(rig.Keys.Select(key => key.Key));

    private static TimeSpan Milliseconds(int count) => TimeSpan.FromMilliseconds(count);
}
