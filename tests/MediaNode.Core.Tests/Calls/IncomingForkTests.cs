using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Calls;

namespace Byon.Tests.MediaNode.Core.Tests.Calls;

public class IncomingForkTests
{
    [Fact]
    public void A_device_that_joins_late_is_invited_and_the_caller_hears_nothing_of_it()
    {
        var rig = new ForkRig().Join("first");
        rig.Advance(TimeSpan.FromSeconds(5));
        rig.Join("late");
        Assert.Empty(rig.Sent);
        Assert.Equal(["first", "late"], rig.Events.Select(told => told.Call.CallId));
        Assert.All(rig.Events, told => Assert.True(told.Invitation && told.Call.SequenceNumber == 1));
        Assert.NotEqual(rig["first"].Description.OfferSdp, rig["late"].Description.OfferSdp);
    }

    [Fact]
    public void Whoever_rings_first_rings_for_all()
    {
        var rig = new ForkRig().Join("first").Join("late");
        rig.Put("late", CallState.Ringing);
        rig.Put("first", CallState.Ringing);
        Assert.Equal(["180"], rig.Sent);
        Assert.Equal(CallState.Ringing, rig["first"].Description.State);
        Assert.Equal(CallState.Ringing, rig["late"].Description.State);
    }

    [Fact]
    public void The_first_answer_wins_and_the_others_hear_that_it_was_elsewhere()
    {
        var rig = new ForkRig().Join("first").Join("second").Join("late");
        rig.Put("first", CallState.Ringing);
        Assert.Equal(CallCommandResult.Done, rig.Put("late", CallState.Connected));
        Assert.Equal(["180", "200 late"], rig.Sent);
        Assert.Equal(CallState.Connected, rig["late"].Description.State);
        Assert.All(["first", "second"], other =>
        {
            Assert.Equal((CallState.SessionCancelled, "answered-elsewhere"), (rig.EndOf(other).State, rig.EndOf(other).Reason));
            Assert.True(rig[other].IsOver);
        });
        Assert.Equal(["first", "second"], rig.Released);
        Assert.False(rig.TakesMore);
    }

    [Fact]
    public void Of_two_answers_at_once_the_second_is_too_late()
    {
        var rig = new ForkRig().Join("first").Join("late");
        Assert.Equal(CallCommandResult.Done, rig.Put("first", CallState.Connected));
        Assert.Equal(CallFault.IncompatibleState, rig.Put("late", CallState.Connected)!.Fault);
        Assert.Equal(["200 first"], rig.Sent);
        Assert.Equal("answered-elsewhere", rig.EndOf("late").Reason);
    }

    [Theory]
    [InlineData(null, "caller-cancelled")]
    [InlineData(200, "answered-elsewhere")]
    public void A_cancel_ends_every_leg(int? cause, string reason)
    {
        var rig = new ForkRig().Join("first").Join("late");
        rig.Cancelled(cause);
        Assert.All(["first", "late"], leg => Assert.Equal(reason, rig.EndOf(leg).Reason));
        Assert.All(["first", "late"], leg => Assert.True(rig[leg].IsOver));
        Assert.Empty(rig.Sent);
        Assert.False(rig.TakesMore);
    }

    [Fact]
    public void An_answer_after_the_cancel_is_too_late()
    {
        var rig = new ForkRig().Join("first").Join("late");
        rig.Cancelled();
        Assert.Equal(CallFault.IncompatibleState, rig.Put("first", CallState.Connected)!.Fault);
        Assert.Empty(rig.Sent);
    }

    [Fact]
    public void A_cancel_after_the_answer_ends_nobody_else()
    {
        var rig = new ForkRig().Join("first").Join("late");
        rig.Put("first", CallState.Connected);
        rig.Cancelled();
        Assert.Equal(CallState.Connected, rig["first"].Description.State);
        Assert.Single(rig.Events, told => told.Call.End is not null);
    }

    [Fact]
    public void One_decline_leaves_the_others_ringing_and_the_last_one_refuses()
    {
        var rig = new ForkRig().Join("first").Join("late");
        rig.Decline("first");
        Assert.Empty(rig.Sent);
        Assert.True(rig["first"].IsOver);
        Assert.True(rig.TakesMore);

        rig.Decline("late");
        Assert.Equal(["603"], rig.Sent);
        Assert.True(rig["late"].IsOver);
        Assert.All(["first", "late"], leg => Assert.Equal("declined", rig.EndOf(leg).Reason));
    }

    [Fact]
    public void A_persons_decline_says_more_than_a_device_that_went_away()
    {
        var rig = new ForkRig().Join("first").Join("late");
        rig.Decline("first");
        rig.Abort("late", CallEnd.RegistrationRemoved);
        Assert.Equal(["603"], rig.Sent);
    }

    [Fact]
    public void A_registration_that_ends_while_it_rings_takes_its_own_leg_only()
    {
        var rig = new ForkRig().Join("first").Join("late");
        rig.Abort("first", CallEnd.RegistrationExpired);
        Assert.Equal("registration-expired", rig.EndOf("first").Reason);
        Assert.Empty(rig.Sent);
        rig.Put("late", CallState.Connected);
        Assert.Equal(["200 late"], rig.Sent);
    }

    [Fact]
    public void Who_joins_late_rings_no_longer_than_the_invite()
    {
        var rig = new ForkRig().Join("first");
        rig.Advance(TimeSpan.FromSeconds(50));
        rig.Join("late");
        rig.Advance(TimeSpan.FromSeconds(9));
        Assert.Empty(rig.Sent);
        rig.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["480"], rig.Sent);
        Assert.All(["first", "late"], leg => Assert.Equal("no-answer", rig.EndOf(leg).Reason));
    }

    [Fact]
    public void Nobody_joins_what_is_decided()
    {
        var rig = new ForkRig().Join("first");
        rig.Decline("first");
        Assert.False(rig.TakesMore);
        Assert.Throws<InvalidOperationException>(() => rig.Join("late"));
    }

    /// <summary>Whatever devices and network do in whatever order: one final answer at most, each call ends once, nothing leaks.</summary>
    [Fact]
    public void Random_inputs_never_break_the_invariants()
    {
        for (var seed = 0; seed < 250; seed++)
        {
            var bytes = new byte[32];
            bytes[0] = (byte)seed;
            bytes[1] = 7;
            var entropy = new EntropySource(bytes);
            var rig = new ForkRig((byte)seed).Join("0");
            for (var step = 0; step < 25; step++) Disturb(rig, entropy);
            rig.Cancelled();

            Assert.True(rig.Sent.Count(sent => !sent.StartsWith('1')) <= 1, string.Join(", ", rig.Sent));
            Assert.True(rig.Sent.Count(sent => sent == "180") <= 1);
            var winner = rig.Sent.FirstOrDefault(sent => sent.StartsWith("200", StringComparison.Ordinal))?["200 ".Length..];
            foreach (var leg in rig.Legs.Where(leg => leg != winner))
            {
                Assert.NotNull(rig.EndOf(leg));
                Assert.True(rig[leg].IsOver);
                Assert.Single(rig.Released, leg);
            }
        }
    }

    private static void Disturb(ForkRig rig, EntropySource entropy)
    {
        var leg = rig.Legs.ElementAt((int)(entropy.NextUInt32() % (uint)rig.Legs.Count));
        switch (entropy.NextUInt32() % 16)
        {
            case 0 or 1 or 2 when rig.TakesMore && rig.Legs.Count < 6: rig.Join($"{rig.Legs.Count}"); break;
            case 3 or 4 or 5: rig.Put(leg, CallState.Ringing); break;
            case 6: rig.Put(leg, CallState.Connected); break;
            case 7 or 8 when !rig[leg].HasEnded && rig[leg].Description.State != CallState.Connected: rig.Decline(leg); break;
            case 9 when rig[leg].Description.State != CallState.Connected: rig.Abort(leg, CallEnd.RegistrationLost); break;
            case 10: rig.Cancelled(); break;
            case 11 or 12 when rig.Legs.All(one => rig[one].Description.State != CallState.Connected): rig.Advance(TimeSpan.FromSeconds(8)); break;
        }
    }
}
