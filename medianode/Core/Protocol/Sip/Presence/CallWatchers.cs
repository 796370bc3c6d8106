using System.Globalization;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Sessions;

namespace Byon.MediaNode.Core.Protocol.Sip.Presence;

/// <summary>
/// Who is told of a contact's calls: subscriptions to its dialogs (RFC 4235), and its own publication (RFC 3903). Changes are
/// gathered and told at the next turn.
/// </summary>
internal sealed class CallWatchers(SipAgentCore core) : ITimed
{
    private const string Package = "dialog";
    private const int MostPerContact = 8;
    private const int MostInAll = 10_000;

    private static readonly TimeSpan Usual = TimeSpan.FromHours(1);
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);

    private readonly Dictionary<SipDialogId, DialogSubscription> _subscriptions = [];
    private readonly Dictionary<string, List<DialogSubscription>> _byContact = [];
    private readonly Dictionary<string, PresencePublication> _publications = [];
    private readonly HashSet<SipSession> _changed = [];
    private readonly HashSet<string> _gone = [];

    public Instant? NextTimeout => _changed.Count > 0 || _gone.Count > 0 ? default(Instant) : null;

    /// <summary>Whether a request belongs to the dialog of a watch.</summary>
    public bool Has(SipDialogId dialog) => _subscriptions.ContainsKey(dialog);

    public void Publishes(string contact, PresencePublication publication) => _publications[contact] = publication;

    public void PublishesNoMore(string contact) => _publications.Remove(contact);

    /// <summary>A call began, rang, was answered or ended.</summary>
    public void Changed(SipSession session)
    {
        if (!_byContact.ContainsKey(session.Line.ContactUser) && !_publications.ContainsKey(session.Line.ContactUser)) return;
        _changed.Add(session);
        core.Wakes.Set(this, NextTimeout);
    }

    /// <summary>The contact is registered no more: its watchers are told so.</summary>
    public void Gone(string contact)
    {
        if (!_byContact.ContainsKey(contact)) return;
        _gone.Add(contact);
        core.Wakes.Set(this, NextTimeout);
    }

    /// <summary>The calls of a contact that have not ended.</summary>
    public IReadOnlyList<DialogView> CallsOf(string contact) =>
        [.. core.Sessions.Values.Where(session => session.Line.ContactUser == contact).Select(session => session.View)];

    /// <summary>A SUBSCRIBE that opens or renews a watch (RFC 6665 §4.2.1).</summary>
    /// <param name="line">Of the contact it is for; null within a dialog.</param>
    public SipResponse Receive(Instant now, SipRequest subscribe, SipLine? line)
    {
        var package = subscribe.Headers["Event"] ?? "";
        if (!package.Split(';')[0].Trim().Equals(Package, StringComparison.OrdinalIgnoreCase) || !core.Options.TellsDialogs) return Refused(subscribe, 489);
        if (subscribe.Headers.Has("Accept") && !subscribe.Headers.Lists("Accept", DialogInfo.MediaType)) return Refused(subscribe, 406);
        var asked = TimeSpan.FromSeconds(subscribe.Number("Expires") ?? Usual.TotalSeconds);
        if (asked > TimeSpan.Zero && asked < Shortest) return Refused(subscribe, 423);
        var lifetime = asked > Usual ? Usual : asked;
        var subscription = line is null
            ? _subscriptions.GetValueOrDefault(new SipDialogId(subscribe.CallId, subscribe.To.Tag!, subscribe.From.Tag!))
            : Open(subscribe, line, package);
        if (subscription is null or { IsOver: true }) return Refused(subscribe, line is null ? 481 : 503);
        if (!subscription.TryRenew(now, subscribe, lifetime)) return Refused(subscribe, 500);
        core.Wakes.Set(subscription, subscription.NextTimeout);
        return subscription.Accept(subscribe, lifetime);
    }

    public void HandleTimeout(Instant now)
    {
        foreach (var session in _changed)
        {
            foreach (var subscription in _byContact.GetValueOrDefault(session.Line.ContactUser, [])) subscription.Changed(session.View);
        }

        foreach (var contact in _gone)
        {
            foreach (var subscription in _byContact.GetValueOrDefault(contact, [])) subscription.End("noresource");
        }

        foreach (var contact in _changed.Select(session => session.Line.ContactUser).Concat(_gone).Distinct())
        {
            foreach (var subscription in _byContact.GetValueOrDefault(contact, [])) core.Wakes.Set(subscription, subscription.NextTimeout);
            if (_publications.TryGetValue(contact, out var publication)) publication.Tell(now, CallsOf(contact).Any(call => call.State == DialogState.Confirmed));
        }

        _changed.Clear();
        _gone.Clear();
    }

    /// <summary>Lets go of watches that are over.</summary>
    public void Forget(string contact)
    {
        if (!_byContact.TryGetValue(contact, out var watchers)) return;
        foreach (var over in watchers.Where(watcher => watcher.IsOver)) _subscriptions.Remove(over.Id);
        watchers.RemoveAll(watcher => watcher.IsOver);
        if (watchers.Count == 0) _byContact.Remove(contact);
    }

    private DialogSubscription? Open(SipRequest subscribe, SipLine line, string package)
    {
        if (_subscriptions.Count >= MostInAll) return null;
        if (!_byContact.TryGetValue(line.ContactUser, out var watchers)) _byContact.Add(line.ContactUser, watchers = []);
        if (watchers.Count >= MostPerContact) return null;
        var subscription = new DialogSubscription(core, line, SipDialog.FromRequest(subscribe, core.Entropy.NextToken(8)), package);
        watchers.Add(subscription);
        _subscriptions.Add(subscription.Id, subscription);
        return subscription;
    }

    private SipResponse Refused(SipRequest subscribe, int status)
    {
        var response = SipResponse.For(subscribe, status, core.Entropy.NextToken(8));
        if (status == 489 && core.Options.TellsDialogs) response.Headers.Add("Allow-Events", Package);
        if (status == 423) response.Headers.Add("Min-Expires", Shortest.TotalSeconds.ToString(CultureInfo.InvariantCulture));
        if (status == 503) response.Headers.Add("Retry-After", Transactions.TransactionLayer.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture));
        return response;
    }
}
