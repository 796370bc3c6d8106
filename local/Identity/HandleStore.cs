using System.Security.Cryptography;

namespace Byon.Local.Identity;

/// <summary>Values by the unguessable texts that were given out for them; the oldest go when there are many.</summary>
internal sealed class HandleStore<T>
    where T : class
{
    private const int Maximum = 10_000;

    private readonly Lock _oneAtATime = new();
    private readonly OrderedDictionary<string, T> _values = [];

    public string Add(T value)
    {
        var handle = Convert.ToHexString(RandomNumberGenerator.GetBytes(24));
        lock (_oneAtATime)
        {
            if (_values.Count >= Maximum)
                _values.RemoveAt(0);
            _values.Add(handle, value);
        }

        return handle;
    }

    public T? Find(string handle)
    {
        lock (_oneAtATime)
            return _values.GetValueOrDefault(handle);
    }

    /// <summary>The value, which then is gone.</summary>
    public T? Take(string handle)
    {
        lock (_oneAtATime)
            return _values.Remove(handle, out var value) ? value : null;
    }
}
