using System.Globalization;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Sessions;
using Byon.MediaNode.Core.Protocol.Sip.Transactions;

namespace Byon.MediaNode.Core.Protocol.Sip.Presence;

/// <summary>
/// One watcher of one contact's calls (RFC 6665 §4.2, RFC 4235). A NOTIFY is in flight at a time and a second passes between two;
/// what changes meanwhile goes together into the next one.
/// </summary>
/// <param name="package">The Event of the SUBSCRIBE with its id parameter.</param>
internal sealed class DialogSubscription(SipAgentCore core, SipLine line, SipDialog dialog, string package) : ITransactionUser, ITimed
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, DialogView> _changed = [];
    private SipDialog _dialog = dialog;
    private SipRequest? _inFlight;
    private Instant _expiresAt;
    private Instant _mayTellAt;
    private uint _version;
    private bool _wantsAll = true;
    private string? _ending;

    public SipDialogId Id => _dialog.Id;

    public SipLine Line => line;

    public bool IsOver { get; private set; }

    public ITimed? Timed => this;

    public Instant? NextTimeout => IsOver || _inFlight is not null ? null
        : _ending is not null ? _mayTellAt
        : Instant.Earliest(_expiresAt, _wantsAll || _changed.Count > 0 ? _mayTellAt : null);

    /// <summary>A SUBSCRIBE was accepted: the whole state follows (§4.2.1.2). Zero asks for it once.</summary>
    /// <returns>False for one that is older than the last (RFC 3261 §12.2.2).</returns>
    public bool TryRenew(Instant now, SipRequest subscribe, TimeSpan lifetime)
    {
        if (_dialog.RemoteCSeq is { } last && subscribe.CSeq.Number < last) return false;
        _dialog = (_dialog with { RemoteCSeq = subscribe.CSeq.Number }).Retarget(subscribe);
        (_expiresAt, _wantsAll, _mayTellAt) = (now + lifetime, true, now);
        if (lifetime == TimeSpan.Zero) _ending = "timeout";
        return true;
    }

    public void Changed(DialogView view) => _changed[view.Id] = view;

    public void End(string reason) => _ending ??= reason;

    /// <summary>The response to a SUBSCRIBE in this dialog (RFC 3261 §12.1.1).</summary>
    public SipResponse Accept(SipRequest subscribe, TimeSpan lifetime)
    {
        var response = SipResponse.For(subscribe, 200, _dialog.LocalTag);
        foreach (var route in subscribe.Headers.Lines("Record-Route")) response.Headers.Add("Record-Route", route);
        response.Headers.Add("Contact", core.ContactOf(line));
        response.Headers.Add("Expires", Seconds(lifetime));
        return response;
    }

    public void HandleTimeout(Instant now)
    {
        if (NextTimeout is not { } due || due > now) return;
        if (now >= _expiresAt) _ending ??= "timeout";
        Send(now);
    }

    public void Receive(Instant now, SipRequest request, SipResponse response)
    {
        if (response.IsProvisional || !ReferenceEquals(request, _inFlight)) return;
        _inFlight = null;
        // A watcher that does not take it does not watch any more (RFC 6665 §4.2.2).
        if (!response.IsSuccess || IsLast(request)) Close();
    }

    public void TimedOut(Instant now, SipRequest request) => Close();

    public void Unreachable(Instant now, SipRequest request) => Close();

    private void Close()
    {
        IsOver = true;
        core.Watchers.Forget(line.ContactUser);
    }

    private static bool IsLast(SipRequest notify) => notify.Headers["Subscription-State"]!.StartsWith("terminated", StringComparison.Ordinal);

    private static string Seconds(TimeSpan time) => ((long)Math.Ceiling(time.TotalSeconds)).ToString(CultureInfo.InvariantCulture);

    private void Send(Instant now)
    {
        _dialog = _dialog with { LocalCSeq = _dialog.LocalCSeq + 1 };
        var notify = _dialog.Request(SipMethods.Notify, _dialog.LocalCSeq);
        notify.Headers.Add("Contact", core.ContactOf(line));
        notify.Headers.Add("Event", package);
        notify.Headers.Add("Subscription-State", _ending is null ? $"active;expires={Seconds(_expiresAt - now)}" : $"terminated;reason={_ending}");
        var views = _wantsAll ? core.Watchers.CallsOf(line.ContactUser) : [.. _changed.Values];
        notify.SetBody(DialogInfo.MediaType, DialogInfo.Write(line.PreferredIdentity, _version++, _wantsAll, views));
        _changed.Clear();
        (_wantsAll, _inFlight, _mayTellAt) = (false, notify, now + Pause);
        core.Transactions.Send(now, notify, core.NextHop(now, _dialog, line), this);
    }
}
