using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Sdp;
using Byon.MediaNode.Core.Protocol.Sip;

namespace Byon.Tests.MediaNode.Core.Tests.Calls;

/// <summary>A call in virtual time, with everything it wanted done in lists.</summary>
internal sealed class CallRig
{
    public static readonly CallParty Subscriber = new("tel:+34600111222", "Ana");
    public static readonly CallParty Other = new("tel:+34600333444", null);

    private static readonly AudioCodec[] All = [AudioCodec.Opus, AudioCodec.Pcma, AudioCodec.Pcmu];

    private static readonly SipSessionId Session = new(1);

    private CallRig(Call call, Instant now) => (Call, Now) = (call, now);

    public static CallOptions Options { get; } =
        new(All, All, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(8)) { VideoKilobits = 1500 };

    public Call Call { get; }

    public Instant Now { get; private set; }

    public List<TellEvent> Events { get; } = [];

    public List<string> Milestones { get; } = [];

    /// <summary>Everything for the SIP side, in order.</summary>
    public List<CallAction> Sip { get; } = [];

    public List<KeyPress> Keys { get; } = [];

    public List<CallCommandResult> Completed { get; } = [];

    public MediaPlan Plan { get; private set; } = new(null, null);

    public int Releases { get; private set; }

    public CallState State => Call.Description.State;

    public static CallRig Outgoing(bool browserHasOpus = true, CallOptions? options = null) => Outgoing(CallSdp.BrowserOffer(browserHasOpus), options);

    /// <summary>Ports for video are reserved where there may be any, as the node does.</summary>
    public static CallRig Outgoing(string offer, CallOptions? options = null)
    {
        var (now, entropy) = Begin();
        var media = CallSdp.Allocation(entropy);
        if (WebRtcOfferAnswer.OffersVideo(offer)) media = media with { ImsVideo = CallSdp.VideoPorts };
        var call = Call.TryStart(now, "call-1", Subscriber, Other, offer, media, options ?? Options, entropy, out var why);
        Assert.Null(why);
        return new CallRig(call!, now).Drained();
    }

    /// <summary>The caller takes a reliable 183.</summary>
    public static CallRig IncomingReliably(string offer) => Incoming(offer, out _, canAnswerEarly: true);

    public static CallRig Incoming(string? offer, out SdpRejection? why, bool canAnswerEarly = false, CallOptions? options = null, Func<MediaAllocation, MediaAllocation>? allocate = null)
    {
        var (now, entropy) = Begin();
        var media = CallSdp.Allocation(entropy);
        if (allocate is not null) media = allocate(media);
        if (offer is not null && ImsOfferAnswer.OfferedVideo(offer, media.Sdes).Count > 0) media = media with { ImsVideo = CallSdp.VideoPorts };
        var call = Call.TryInvite(now, "call-2", Other, Subscriber, offer, media, options ?? Options, entropy, out why, canAnswerEarly);
        return call is null ? null! : new CallRig(call, now).Drained();
    }

    public static CallRig Incoming(string formats = "8 101") => Incoming(CallSdp.Phone(formats: formats), out _);

    public static CallRig ConnectedOutgoing()
    {
        var rig = Outgoing();
        rig.Sent(new SessionAnswered(Session, 200, "OK", CallSdp.Phone()));
        return rig;
    }

    public static CallRig ConnectedIncoming()
    {
        var rig = Incoming();
        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.Connected, answer: CallSdp.BrowserAnswer()));
        rig.Sent(new SessionAcknowledged(Session, null));
        return rig;
    }

    /// <summary>The call saved and taken up by somebody else.</summary>
    public CallRig Restored() => new CallRig(Byon.MediaNode.Core.Calls.Call.Restore(Call.Save()!, Options), Now).Drained();

    /// <summary>The call as it was saved, taken up by another node.</summary>
    public CallRig TakenUp(MediaAllocation media, CallOptions? options = null) =>
        new CallRig(Byon.MediaNode.Core.Calls.Call.TakeUp(Now, Call.Save()!, media, Call.Description.SequenceNumber, options ?? Options), Now).Drained();

    public void Provisional(int status, string? sdp = null) => Sent(new SessionProgressed(Session, status, "whatever", sdp));

    public void Answered(string? sdp) => Sent(new SessionAnswered(Session, 200, "OK", sdp));

    public void Acknowledged(string? sdp = null) => Sent(new SessionAcknowledged(Session, sdp));

    /// <param name="mayWait">By re-INVITE, rather than UPDATE.</param>
    public void Reinvited(string? offer, bool mayWait = false) => Sent(new SessionReinvited(Session, offer) { MayWait = mayWait });

    public void ReinviteAnswered(string answer) => Sent(new SessionReinviteAnswered(Session, answer));

    public void ReinviteRejected(int status, string phrase) => Sent(new SessionReinviteRejected(Session, status, phrase));

    public void Ended(SipEndingKind kind, int status = 0, string phrase = "", int? cause = null) =>
        Sent(new SessionEnded(Session, new SipEnding(kind, status, phrase, cause)));

    public void Sent(SipSessionEvent sipEvent)
    {
        Call.Receive(Now, sipEvent);
        Drained();
    }

    public void FromSuccessor(SipSessionEvent sipEvent)
    {
        Call.ReceiveFromSuccessor(Now, sipEvent);
        Drained();
    }

    public void Media(MediaEvent mediaEvent)
    {
        Call.Receive(Now, mediaEvent);
        Drained();
    }

    public CallCommandResult? Put(CallState state, string? offer = null, string? answer = null)
    {
        var result = Call.ChangeStatus(Now, new CallStatusChange(state, offer, answer));
        Drained();
        return result;
    }

    public CallCommandResult? Press(KeySequence keys)
    {
        var result = Call.PressKeys(Now, keys);
        Drained();
        return result;
    }

    public void End()
    {
        Call.End(Now);
        Drained();
    }

    public void Abort(CallEnd end)
    {
        Call.Abort(Now, end);
        Drained();
    }

    /// <summary>Moves time to each deadline on the way, as the loop does.</summary>
    public void Advance(TimeSpan by)
    {
        var end = Now + by;
        while (Call.NextTimeout is { } next && next <= end)
        {
            Now = next;
            Call.HandleTimeout(Now);
            Drained();
            if (Call.NextTimeout == next) throw new InvalidOperationException("The call did not handle its timeout.");
        }

        Now = end;
    }

    public CallRig Drained()
    {
        while (Call.TryDequeue(out var action))
        {
            switch (action)
            {
                case TellEvent told: Events.Add(told); break;
                case TellMilestone milestone: Milestones.Add(milestone.Milestone); break;
                case ApplyMedia media: Plan = media.Plan; break;
                case PressKey pressed: Keys.Add(pressed.Press); break;
                case ReleaseMedia: Releases++; break;
                case CompleteCommand completed: Completed.Add(completed.Result); break;
                default: Sip.Add(action); break;
            }
        }

        return this;
    }

    private static (Instant Now, EntropySource Entropy) Begin()
    {
        var entropy = new EntropySource(new byte[32]);
        // An arbitrary start: an engine that looked at a real clock would be far off.
        return (new Instant(TimeSpan.FromDays(1 + (entropy.NextUInt32() % 1000)).Ticks), entropy);
    }
}
