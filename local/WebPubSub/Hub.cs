namespace Byon.Local.WebPubSub;

/// <summary>The connections of a hub and the groups they are in.</summary>
internal sealed class Hub(Upstream upstream)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ClientConnection> _connections = [];
    private readonly Dictionary<string, HashSet<ClientConnection>> _groups = [];

    public void Add(ClientConnection connection, IEnumerable<string> groups)
    {
        lock (_gate)
        {
            _connections[connection.Id] = connection;
            foreach (var group in groups)
                Members(group).Add(connection);
        }
    }

    public void Remove(ClientConnection connection)
    {
        lock (_gate)
        {
            if (!_connections.Remove(connection.Id))
                return;
            foreach (var group in _groups.Keys.ToArray())
                RemoveFrom(group, connection);
        }

        upstream.Disconnected(connection);
    }

    public ClientConnection? Find(string connectionId)
    {
        lock (_gate)
            return _connections.GetValueOrDefault(connectionId);
    }

    public ClientConnection[] All()
    {
        lock (_gate)
            return [.. _connections.Values];
    }

    public ClientConnection[] OfUser(string userId)
    {
        lock (_gate)
            return [.. _connections.Values.Where(connection => connection.UserId == userId)];
    }

    public ClientConnection[] InGroup(string group)
    {
        lock (_gate)
            return _groups.TryGetValue(group, out var members) ? [.. members] : [];
    }

    public void Join(string group, ClientConnection connection)
    {
        lock (_gate)
        {
            if (_connections.ContainsKey(connection.Id))
                Members(group).Add(connection);
        }
    }

    public void Leave(string group, ClientConnection connection)
    {
        lock (_gate)
            RemoveFrom(group, connection);
    }

    private HashSet<ClientConnection> Members(string group)
    {
        if (!_groups.TryGetValue(group, out var members))
            _groups[group] = members = [];
        return members;
    }

    private void RemoveFrom(string group, ClientConnection connection)
    {
        if (_groups.TryGetValue(group, out var members) && members.Remove(connection) && members.Count == 0)
            _groups.Remove(group);
    }
}
